-- Which unit lets the asker see a person: that of the latest case where it is the asker's, else the residence.
create function unit_in_charge(_lives text, _managed text) returns text language sql stable as $$
    select case when _managed = any (string_to_array(current_setting('aftercare.scope', true), ','))
                then _managed else _lives end
$$;

-- The same for a row that only names the person; null for one whom the asker does not see.
create function unit_of_person(_person uuid) returns text language plpgsql stable as $$
declare
    persons text;
    found text;
begin
    select live into persons from projection_pointer where name = 'registry.persons';
    execute 'select unit_in_charge(unit, managed_in) from ' || quote_ident(persons) || ' where person_id = $1'
       into found using _person;
    return found;
end $$;

revoke execute on function unit_in_charge, unit_of_person from public;
grant execute on function unit_in_charge, unit_of_person to {api}, {worker};
