"""The topic that keeps every event for ever."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from kafka import TopicPartition
from kafka.admin import ConfigResource, OffsetSpec
from kafka.errors import TopicAlreadyExistsError

from baseplus.kernel.refusals import Refusal
from infra.kafka.clients import MAX_MESSAGE_BYTES, open_admin

_CONFIG = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "compression.type": "zstd",
    "max.message.bytes": str(MAX_MESSAGE_BYTES),
    "message.timestamp.type": "CreateTime",
    "unclean.leader.election.enable": "false",
}
# What must be so, or events would be lost or stuck. The rest is an operator's own business.
_REQUIRED = ("cleanup.policy", "retention.ms", "retention.bytes", "max.message.bytes")


class TopicDiffers(Refusal):
    """The topic is there, but would lose or misplace events. Facts: topic, setting, found, wanted."""

    code = "topic_differs"
    mend = "name another topic in BASEPLUS_TOPIC, or change that setting with Kafka's own tools"


def ensure_topic(bootstrap: str, topic: str, partitions: int = 12, replication: int | None = None) -> str:
    """Make the topic where there is none; returns its id, which no other topic ever has.

    Kept for ever, never compacted. replication: copies of each partition; None: three, or one a node where there are
    fewer. All but one of them must have a message before it is acknowledged. Raises TopicDiffers, KafkaUnavailable.
    """
    with open_admin(bootstrap) as admin:
        found = _describe(admin, topic)
        if found is None:
            copies = replication or min(3, len(admin.describe_cluster()["brokers"]))
            config = _CONFIG | {"min.insync.replicas": str(max(1, copies - 1))}
            wanted = {"num_partitions": partitions, "replication_factor": copies, "configs": config}
            with suppress(TopicAlreadyExistsError):  # another process was quicker
                admin.create_topics({topic: wanted})
            admin.wait_for_topics([topic])
            found = _describe(admin, topic)
        if found is None:
            raise TopicDiffers(topic=topic, setting="existence", found="deleted again", wanted="kept for ever")
        _check(admin, topic, found, partitions)
        return str(found["topic_id"])


def end_offsets(admin: Any, topic: str, partitions: Iterable[int]) -> dict[int, int]:
    """The offset after the last message of each partition. Raises kafka-python's errors."""
    wanted = {TopicPartition(topic, partition): OffsetSpec.LATEST for partition in partitions}
    return {at.partition: found.offset for at, found in admin.list_partition_offsets(wanted).items()}


def topic_id(admin: Any, topic: str) -> str | None:
    """The id of the topic that has this name now; None: there is none. Raises kafka-python's errors."""
    found = _describe(admin, topic)
    return None if found is None else str(found["topic_id"])


def _describe(admin: Any, topic: str) -> dict[str, Any] | None:
    (found,) = admin.describe_topics([topic])
    # no id: the broker knows no such topic
    return found if found["topic_id"] is not None else None


def _check(admin: Any, topic: str, found: dict[str, Any], partitions: int) -> None:
    if len(found["partitions"]) != partitions:
        raise TopicDiffers(topic=topic, setting="partitions", found=len(found["partitions"]), wanted=partitions)
    config = admin.describe_configs([ConfigResource("TOPIC", topic)], config_filter="all")["topic"][topic]
    for setting in _REQUIRED:
        value = config[setting]["value"]
        enough = int(value) >= MAX_MESSAGE_BYTES if setting == "max.message.bytes" else value == _CONFIG[setting]
        if not enough:
            raise TopicDiffers(topic=topic, setting=setting, found=value, wanted=_CONFIG[setting])
