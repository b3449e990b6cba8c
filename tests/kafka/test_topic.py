"""The topic is made as it must be, or refused with the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from infra.kafka.broker import RunningBroker
from infra.kafka.clients import KafkaUnavailable, open_admin
from infra.kafka.topic import TooFewBrokers, TopicDiffers, ensure_topic
from infra.service import free_ports


@pytest.fixture
def name() -> str:
    return f"test.{uuid4().hex}"


GOOD = {"retention.ms": "-1", "retention.bytes": "-1", "max.message.bytes": str(16 * 1024 * 1024)}


def create(bootstrap: str, name: str, copies: int = 1, **config: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    wanted = {"num_partitions": 3, "replication_factor": copies, "configs": config}
    admin.create_topics({name: wanted}, wait_for_metadata=True)
    admin.close()


def test_it_keeps_everything_for_ever_and_is_made_once(kafka_bootstrap: str, name: str) -> None:
    first = ensure_topic(kafka_bootstrap, name, 3)
    assert ensure_topic(kafka_bootstrap, name, 3) == first
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    config = admin.describe_configs([ConfigResource("TOPIC", name)], config_filter="all")["topic"][name]
    (found,) = admin.describe_topics([name])
    admin.close()
    wanted = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "compression.type": "zstd",
        "min.insync.replicas": "1",
        "unclean.leader.election.enable": "false",
    }
    assert {setting: config[setting]["value"] for setting in wanted} == wanted
    assert len(found["partitions"]) == 3


def test_another_number_of_partitions_is_refused(kafka_bootstrap: str, name: str) -> None:
    ensure_topic(kafka_bootstrap, name, 3)
    with pytest.raises(TopicDiffers) as refusal:
        ensure_topic(kafka_bootstrap, name, 4)
    assert refusal.value.facts == {"topic": name, "setting": "partitions", "found": 3, "wanted": 4}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("retention.ms", "604800000"),
        ("retention.bytes", "1000000000"),
        ("cleanup.policy", "compact"),
        ("max.message.bytes", "1048588"),
        ("unclean.leader.election.enable", "true"),
    ],
)
def test_a_topic_that_would_lose_events_is_refused(kafka_bootstrap: str, name: str, setting: str, value: str) -> None:
    create(kafka_bootstrap, name, 1, **(GOOD | {setting: value}))
    with pytest.raises(TopicDiffers) as refusal:
        ensure_topic(kafka_bootstrap, name, 3)
    assert (refusal.value.facts["setting"], refusal.value.facts["found"]) == (setting, value)


def test_no_topic_is_made_with_fewer_copies_than_wanted(kafka_bootstrap: str, name: str) -> None:
    with pytest.raises(TooFewBrokers) as refusal:
        ensure_topic(kafka_bootstrap, name, 3, replication=99)
    assert refusal.value.facts["replicas"] == 99
    assert "BASEPLUS_REPLICAS" in refusal.value.mend
    ensure_topic(kafka_bootstrap, name, 3, replication=1)


def test_a_cluster_keeps_three_copies_two_of_them_at_once(kafka_cluster: RunningBroker, name: str) -> None:
    ensure_topic(kafka_cluster.bootstrap, name, 3)
    ensure_topic(kafka_cluster.bootstrap, name, 3, replication=3)
    create(kafka_cluster.bootstrap, f"{name}.1", copies=1, **GOOD)
    with pytest.raises(TopicDiffers) as refusal:
        ensure_topic(kafka_cluster.bootstrap, f"{name}.1", 3)
    assert refusal.value.facts == {"topic": f"{name}.1", "setting": "replicas", "found": 1, "wanted": 3}
    ensure_topic(kafka_cluster.bootstrap, f"{name}.1", 3, replication=1)  # said to be enough
    create(kafka_cluster.bootstrap, f"{name}.3", copies=3, **GOOD, **{"min.insync.replicas": "1"})
    with pytest.raises(TopicDiffers) as refusal:
        ensure_topic(kafka_cluster.bootstrap, f"{name}.3", 3)
    assert refusal.value.facts == {"topic": f"{name}.3", "setting": "min.insync.replicas", "found": "1", "wanted": "2"}


class Lagging:
    """An administrator's client some of whose questions go to a broker that has not heard of the topic."""

    def __init__(self, admin: Any) -> None:
        self._admin = admin
        self._asked = 0

    def describe_cluster(self) -> Any:
        return self._admin.describe_cluster()

    def create_topics(self, topics: Any) -> Any:
        return self._admin.create_topics(topics)

    def wait_for_topics(self, topics: list[str]) -> None:
        self._admin.wait_for_topics(topics)
        self._asked = 0

    def describe_topics(self, topics: list[str]) -> Any:
        return self._admin.describe_topics(["test.unheard-of"] if self._lags() else topics)

    def describe_configs(self, resources: list[ConfigResource], **asked: Any) -> Any:
        if not self._lags():
            return self._admin.describe_configs(resources, **asked)
        (resource,) = resources
        (unknown,) = self._admin.describe_configs([ConfigResource("TOPIC", "test.unheard-of")], **asked)[
            "topic"
        ].values()
        return {"topic": {resource.name: unknown}}

    def _lags(self) -> bool:
        """Not the topic, then the topic but not its settings, then both are known."""
        self._asked += 1
        return self._asked % 5 in (1, 3)


def test_a_broker_that_has_not_heard_of_the_topic_is_asked_again(
    kafka_bootstrap: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def lagging(bootstrap: str) -> Iterator[Any]:
        with open_admin(bootstrap) as admin:
            yield Lagging(admin)

    monkeypatch.setattr("infra.kafka.topic.open_admin", lagging)
    made = ensure_topic(kafka_bootstrap, name, 3)
    assert ensure_topic(kafka_bootstrap, name, 3) == made
    with pytest.raises(TopicDiffers, match="partitions"):
        ensure_topic(kafka_bootstrap, name, 4)


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "127.0.0.1:none", "no-such-host.invalid:9092"])
def test_a_kafka_that_does_not_answer_is_named(address: str) -> None:
    bootstrap = address.format(port=free_ports(1)[0])
    with pytest.raises(KafkaUnavailable, match=bootstrap) as refusal:
        ensure_topic(bootstrap, "test.none", 3)
    assert "baseplus kafka" in refusal.value.mend
