"""A carrier by smpp.twisted, the library of the gateway Jasmin: `smsc_twisted.py PORT FILE`. What it reads and writes is as
with smsc.cjs, without the orders; of the GSM alphabet it knows what is ASCII as well."""

import json
import sys

from smpp.pdu.operations import DeliverSM
from smpp.pdu.pdu_types import AddrNpi, AddrTon, CommandStatus, DataCoding, DataCodingDefault, EsmClass, EsmClassMode
from smpp.pdu.pdu_types import EsmClassType, RegisteredDeliveryReceipt
from smpp.pdu.sm_encoding import SMStringEncoder
from smpp.twisted.config import SMPPServerConfig
from smpp.twisted.protocol import DataHandlerResponse
from smpp.twisted.server import SMPPServerFactory
from twisted.cred import error
from twisted.internet import defer, reactor, stdio
from twisted.protocols.basic import LineReceiver

taken = []


def say(**what):
    print(json.dumps(what), flush=True)


class Door:
    def login(self, credentials, mind, interface):
        ok = (credentials.username, credentials.password) == ("shop", "secret08")
        say(signed_in=ok)
        if not ok:
            return defer.fail(error.UnauthorizedLogin())
        return defer.succeed((interface, credentials.username, None))


def take(system_id, session, pdu):
    _, header, _ = SMStringEncoder().splitSM(pdu)
    receipt = pdu.params["registered_delivery"].receipt
    is_ucs2 = pdu.params["data_coding"].schemeData == DataCodingDefault.UCS2
    taken.append({
        "text": SMStringEncoder().decodeSM(pdu).unicode,
        "from": pdu.params["source_addr"].decode(),
        "to": pdu.params["destination_addr"].decode(),
        "receipt": int(receipt == RegisteredDeliveryReceipt.SMSC_DELIVERY_RECEIPT_REQUESTED),
        "header": (header or b"").hex(),
        "coding": 8 if is_ucs2 else 0,
        "id": f"A{len(taken) + 1}",
    })
    with open(sys.argv[2], "a") as file:
        file.write(json.dumps(taken[-1]) + "\n")
    return DataHandlerResponse(status=CommandStatus.ESME_ROK, message_id=taken[-1]["id"].encode())


class Told(LineReceiver):
    delimiter = b"\n"

    def lineReceived(self, line):
        told = json.loads(line)
        is_receipt, is_ucs2 = told.get("esm_class") == 4, told.get("data_coding") == 8
        kind = EsmClassType.SMSC_DELIVERY_RECEIPT if is_receipt else EsmClassType.DEFAULT
        coding = DataCodingDefault.UCS2 if is_ucs2 else DataCodingDefault.SMSC_DEFAULT_ALPHABET
        session = carrier.getBoundConnections("shop").getNextBindingForDelivery()
        answer = session.sendDataRequest(DeliverSM(
            source_addr=told["source_addr"].encode(), source_addr_ton=AddrTon.INTERNATIONAL,
            source_addr_npi=AddrNpi.ISDN, destination_addr=told["destination_addr"].encode(),
            esm_class=EsmClass(EsmClassMode.DEFAULT, kind), data_coding=DataCoding(schemeData=coding),
            short_message=told["short_message"].encode("utf-16-be" if is_ucs2 else "ascii"),
        ))
        answer.addCallbacks(lambda it: say(answered=0), lambda why: say(answered=str(why.value)))


carrier = SMPPServerFactory(SMPPServerConfig(msgHandler=take, systems={"shop": {"max_bindings": 1}}), Door())
stdio.StandardIO(Told())
reactor.listenTCP(int(sys.argv[1]), carrier, interface="127.0.0.1")
reactor.callWhenRunning(lambda: say(listens=True))
reactor.run()
