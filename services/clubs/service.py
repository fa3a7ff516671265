"""The clubs service, assembled."""

from libs.events.service import Service
from libs.law.law import LAW
from libs.web.app import MIGRATIONS

service = Service(name="clubs", law=LAW, migrations=[MIGRATIONS])
