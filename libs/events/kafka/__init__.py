"""Apache Kafka as this system uses it: the only folder that knows the client."""

from libs.events.kafka.client import LogError as LogError
from libs.events.kafka.client import LogRefused as LogRefused
from libs.events.kafka.client import LogRewound as LogRewound
from libs.events.kafka.client import Message as Message
from libs.events.kafka.client import PlaceLost as PlaceLost
from libs.events.kafka.client import TopicMissing as TopicMissing
from libs.events.kafka.client import TopicPartition as TopicPartition
from libs.events.kafka.client import Unsettled as Unsettled
from libs.events.kafka.horizon import Horizon as Horizon
from libs.events.kafka.log import Log as Log
from libs.events.kafka.member import Member as Member
from libs.events.kafka.publisher import Publisher as Publisher
from libs.events.kafka.topics import Topic as Topic
from libs.events.kafka.topics import events_topic as events_topic
from libs.events.kafka.topics import marks_topic as marks_topic
