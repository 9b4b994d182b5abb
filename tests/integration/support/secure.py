# SPDX-License-Identifier: Apache-2.0
"""The Kafka of the local stack that lets nobody in without proof, and what proves it."""
import confluent_kafka.admin

from . import stack
from .kafka import Kafka

PASSWORD = "sluice\\secret 1"
NAMED_PORT = stack.port("SECURE", 9292)
TLS_PORT = stack.port("SECURE_TLS", 9293)
MUTUAL_PORT = stack.port("SECURE_MUTUAL", 9294)


def file(name):
    return str(stack.data_folder("secure") / name)


def named(port=NAMED_PORT, mechanism="PLAIN", host="127.0.0.1", **more):
    """Settings of sluice's for a listener that wants a name; the password comes from a file."""
    return {
        "kafka__bootstrap_servers": f"{host}:{port}",
        "kafka__security_protocol": "sasl_plaintext" if port == NAMED_PORT else "sasl_ssl",
        "kafka__sasl_mechanism": mechanism,
        "kafka__sasl_username": "sluice",
        **({} if port == NAMED_PORT else {"kafka__ssl_ca_location": file("ca.pem")}),
        **more,
    }


def mutual(**more):
    return {
        "kafka__bootstrap_servers": f"127.0.0.1:{MUTUAL_PORT}",
        "kafka__security_protocol": "ssl",
        "kafka__ssl_ca_location": file("ca.pem"),
        "kafka__ssl_certificate_location": file("client.pem"),
        "kafka__ssl_key_location": file("client.key"),
        **more,
    }


class SecureKafka(Kafka):
    """As an independent client with a name and a password sees it."""

    def __init__(self):
        self.servers = f"127.0.0.1:{NAMED_PORT}"
        self.login = {
            "security.protocol": "sasl_plaintext",
            "sasl.mechanism": "PLAIN",
            "sasl.username": "sluice",
            "sasl.password": PASSWORD,
        }
        self.admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": self.servers, "log_level": 2, **self.login})

    def produce(self, topic, messages, **more):
        super().produce(topic, messages, **{name.replace(".", "_"): value for name, value in self.login.items()}, **more)

    def change_password(self, password):
        """Of the user sluice, for SCRAM-SHA-512."""
        kind = confluent_kafka.admin.ScramMechanism.SCRAM_SHA_512
        change = confluent_kafka.admin.UserScramCredentialUpsertion(
            "sluice", confluent_kafka.admin.ScramCredentialInfo(kind, 4096), password.encode()
        )
        for future in self.admin.alter_user_scram_credentials([change]).values():
            future.result(30)
