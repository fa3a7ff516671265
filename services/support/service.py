"""The support service, assembled."""

from libs.events.service import Service
from libs.law.law import LAW
from libs.web.app import MIGRATIONS

service = Service(name="support", law=LAW, migrations=[MIGRATIONS])
