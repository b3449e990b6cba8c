"""The topic that keeps every event for ever."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from kafka import TopicPartition
from kafka.admin import ConfigResource, OffsetSpec
from kafka.errors import TopicAlreadyExistsError

from baseplus.kernel.refusals import Refusal
from infra.kafka.clients import MAX_MESSAGE_BYTES, open_admin
from infra.settings import REPLICAS

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
_REQUIRED = ("cleanup.policy", "retention.ms", "retention.bytes", "unclean.leader.election.enable")
_AT_LEAST = ("max.message.bytes", "min.insync.replicas")
_KNOWN_WITHIN = 10.0  # seconds; a broker that lags learns of a new topic within one


class TopicDiffers(Refusal):
    """The topic is there, but would lose or misplace events. Facts: topic, setting, found, wanted."""

    code = "topic_differs"
    mend = (
        "change that with Kafka's own tools, or name another topic in BASEPLUS_TOPIC; "
        "how many replicas shall do is said in BASEPLUS_REPLICAS"
    )


class TooFewBrokers(Refusal):
    """A topic made now would for ever have fewer copies than it should. Facts: topic, brokers, replicas (wanted)."""

    code = "too_few_brokers"
    mend = "start the others first, or say in BASEPLUS_REPLICAS how many replicas shall do"


def ensure_topic(bootstrap: str, topic: str, partitions: int = 12, replication: int | None = None) -> str:
    """Make the topic where there is none; returns its id, which no other topic ever has.

    Kept for ever, never compacted. replication: copies of each partition, at least; None: three, or one a node where
    there are fewer, for a Kafka that is known to be complete. All but one of them must have a message before it is
    acknowledged. Raises TopicDiffers, TooFewBrokers, KafkaUnavailable.
    """
    with open_admin(bootstrap) as admin:
        brokers = len(admin.describe_cluster()["brokers"])
        copies = replication or min(REPLICAS, brokers)
        config = _CONFIG | {"min.insync.replicas": str(max(1, copies - 1))}
        known = _known(admin, topic)
        if known is None:
            if copies > brokers:
                raise TooFewBrokers(topic=topic, brokers=brokers, replicas=copies)
            wanted = {"num_partitions": partitions, "replication_factor": copies, "configs": config}
            with suppress(TopicAlreadyExistsError):  # another process was quicker
                admin.create_topics({topic: wanted})
            known = _await(admin, topic)
        _check(topic, *known, partitions, copies, config)
        return str(known[0]["topic_id"])


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


def _known(admin: Any, topic: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What a broker says of the topic and of its settings; None: the one that was asked does not know it (yet).

    Each question may go to another broker, and one of them may lag behind the one that answered before.
    """
    found = _describe(admin, topic)
    if found is None:
        return None
    config = admin.describe_configs([ConfigResource("TOPIC", topic)], config_filter="all")["topic"][topic]
    return (found, config) if config else None


def _await(admin: Any, topic: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Wait until the brokers know a topic that was just made, with a leader for each partition."""
    admin.wait_for_topics([topic])
    deadline = time.monotonic() + _KNOWN_WITHIN
    while (known := _known(admin, topic)) is None:
        if time.monotonic() > deadline:
            raise TopicDiffers(topic=topic, setting="existence", found="deleted again", wanted="kept for ever")
        time.sleep(0.1)
    return known


def _check(
    topic: str,
    found: dict[str, Any],
    config: dict[str, Any],
    partitions: int,
    copies: int,
    wanted: Mapping[str, str],
) -> None:
    if len(found["partitions"]) != partitions:
        raise TopicDiffers(topic=topic, setting="partitions", found=len(found["partitions"]), wanted=partitions)
    fewest = min(len(partition["replica_nodes"]) for partition in found["partitions"])
    if fewest < copies:
        raise TopicDiffers(topic=topic, setting="replicas", found=fewest, wanted=copies)
    for setting in (*_REQUIRED, *_AT_LEAST):
        value = config[setting]["value"]
        enough = int(value) >= int(wanted[setting]) if setting in _AT_LEAST else value == wanted[setting]
        if not enough:
            raise TopicDiffers(topic=topic, setting=setting, found=value, wanted=wanted[setting])
