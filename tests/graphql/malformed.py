"""What must never be answered by a 500, each under a name that says what is wrong with it.

Whatever can hold one names a person, so that what is said of it can be searched for that person.
"""

import gzip
from collections.abc import Mapping

import msgspec

from tests.people import id_number

CANARY = id_number(322, "19870606")
NAME = "欧阳夏丹"
ME = "{ me { agency } }"


def query(text: str, **more: object) -> bytes:
    return msgspec.json.encode({"query": text, **more})


def nested(opening: bytes, closing: bytes, levels: int = 100_000) -> bytes:
    return opening * levels + CANARY.encode() + closing * levels


def varied(value: bytes) -> bytes:
    """A good query with ``value`` for a variable."""
    return b'{"query": "{ me { agency } }", "variables": {"a": ' + value + b"}}"


ABOUT = f'{{ naturalPerson(idNumber: "{CANARY}") {{ name }} }}'
BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "a blank": b" ",
    "a NUL": b"\0",
    "a number": CANARY.encode(),
    "a text": f'"{CANARY}"'.encode(),
    "null": b"null",
    "true": b"true",
    "a list": b"[]",
    "a list of requests": b"[" + query(ABOUT) + b"]",
    "an object without a query": f'{{"{CANARY}": "{NAME}"}}'.encode(),
    "a query under another name": f'{{"Query": "{CANARY}"}}'.encode(),
    "JSON cut off in a text": query(ABOUT)[:-12],
    "JSON cut off before its end": query(ABOUT)[:-1],
    "JSON cut off in a character": f'{{"query": "{NAME}'.encode()[:-1],
    "two values": query(ABOUT) * 2,
    "a value and more": query(ABOUT) + CANARY.encode(),
    "a comma too many": query(ABOUT)[:-1] + b",}",
    "a comment": b"// " + CANARY.encode() + b"\n" + query(ABOUT),
    "single quotes": query(ABOUT).replace(b'"', b"'"),
    "a mark of byte order": b"\xef\xbb\xbf" + query(ABOUT),
    "form fields": f"query=%7Bme%7Bagency%7D%7D&id={CANARY}".encode(),
    "a form in parts": f'--a\r\nContent-Disposition: form-data; name="{CANARY}"\r\n\r\n1\r\n--a--'.encode(),
    "XML": f"<query>{CANARY}</query>".encode(),
    "packed with gzip": gzip.compress(query(ABOUT)),
    "bytes that are not UTF-8": f'{{"query": "{CANARY}'.encode() + b'\xff\xfe"}',
    "a form too long for its character": f'{{"query": "{CANARY}'.encode() + b'\xc0\x80"}',
    "UTF-16": query(ABOUT).decode().encode("utf-16"),
    "UTF-32": query(ABOUT).decode().encode("utf-32"),
    "GB 18030": f'{{"query": "{NAME}"}}'.encode("gb18030"),
    "a lone surrogate": f'{{"query": "\\ud800{CANARY}"}}'.encode(),
    "a surrogate pair the wrong way round": b'{"query": "\\udc00\\ud800"}',
    "a lone surrogate among bytes": b'{"query": "\xed\xa0\x80"}',
    "a lone surrogate in a variable": varied(b'"\\udfff"'),
    "a lone surrogate in a name": b'{"query": "{ me { agency } }", "variables": {"\\udfff": 1}}',
    "a control character in a text": f'{{"query": "\x01{CANARY}"}}'.encode(),
    "an escape that is none": f'{{"query": "\\x{CANARY}"}}'.encode(),
    "NaN": varied(b"NaN"),
    "Infinity": varied(b"-Infinity"),
    "an infinite number": varied(b"1e999"),
    "a number with a zero before it": varied(b"0" + CANARY.encode()),
    "a hexadecimal number": varied(b"0x1f"),
    "an integer of 5,000 digits": varied(b"9" * 5_000),
    "lists 100,000 deep": nested(b"[", b"]"),
    "objects 100,000 deep": nested(b'{"a":', b"}"),
    "variables 100,000 deep": varied(nested(b"[", b"]")),
    "variables 200 deep": varied(nested(b"[", b"]", 200)),
    "variables 200 objects deep": varied(nested(b'{"a":', b"}", 200)),
    "a query that is a number": f'{{"query": {CANARY}}}'.encode(),
    "a query that is null": b'{"query": null}',
    "a query that is a list": f'{{"query": ["{CANARY}"]}}'.encode(),
    "a query that is an object": f'{{"query": {{"{CANARY}": 1}}}}'.encode(),
    "variables that are a list": query(ME, variables=[CANARY]),
    "variables that are a text": query(ME, variables=f'{{"id": "{CANARY}"}}'),
    "variables that are a number": query(ME, variables=int(CANARY)),
    "variables that are false": query(ME, variables=False),
    "an operation name that is a number": query(ME, operationName=int(CANARY)),
    "an operation name that is a list": query(ME, operationName=[CANARY]),
    "extensions that are a list": query(ME, extensions=[CANARY]),
    "extensions that are a text": query(ME, extensions=CANARY),
    "the name of a document that is a number": query(ME, documentId=int(CANARY)),
    "the name of a document that it does not have": query(ME, documentId=f"sha256:{CANARY}"),
    "a query that its digest does not name": query(ME, extensions={"persistedQuery": {"sha256Hash": CANARY}}),
}
"""Bodies that are no request: 400 with every media type."""

DOCUMENTS: Mapping[str, bytes] = {
    "an empty query": query(""),
    "spaces": query("   "),
    "a comment": query("# only this"),
    "a NUL": query("{ me { agency } } \0"),
    "a mark of byte order in the middle": query("{ me \ufeff { \ufffe } }"),
    "fragments only": query("fragment F on Query { me { agency } }"),
    "a fragment in a cycle": query("{ ...F } fragment F on Query { ...F }"),
    "fragments in a ring": query("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }"),
    "a fragment below itself": query("{ ...F } fragment F on Query { me { ...F } }"),
    "an unknown operation": query("query A { me { agency } }", operationName=CANARY),
    "two operations and no name": query("query A { me { agency } } query B { me { agency } }"),
    "two operations of one name": query("query A { me { agency } } query A { me { agency } }", operationName="A"),
    "a subscription": query("subscription { me { agency } }"),
    "an unknown directive": query("{ me @defer { agency } }"),
    "a directive 600 times": query("{ me " + "@skip(if: false) " * 600 + "{ agency } }"),
    "one directive twice": query("{ me @skip(if: false) @skip(if: false) { agency } }"),
    "selections 3,000 deep": query("{ me " * 3_000),
    "selections 100,000 deep": query("{" * 100_000),
    "a list 1,900 deep": query("{ node(id: " + "[" * 1_900),
    "a list 200 deep": query("{ node(id: " + "[" * 200 + "1" + "]" * 200 + ") { id } }"),
    "a type 1,900 deep": query("query($a: " + "[" * 1_900),
    "4,001 tokens": query("{ me { " + "agency " * 4_001 + "} }"),
    "10,000 comments": query("#\n" * 10_000 + ME),
    "1,000 aliases": query("{ " + " ".join(f"a{place}: me {{ agency }}" for place in range(1_000)) + " }"),
    "a number of a person as an alias": query(f"{{ n{CANARY}: me {{ agency }} }}"),
    "a number of a person as an argument": query(f'{{ me(idNumber: "{CANARY}") {{ agency }} }}'),
    "a name of a person in no place": query(f'{{ me {{ agency }} }} "{NAME}"'),
    "a lone surrogate escaped": query('{ entity(scheme: ID_NUMBER, value: "\\ud800") { id } }'),
    "an integer of 3,000 digits": query("query($a: Int = " + "9" * 3_000 + ") { me { agency } }"),
    "an integer of 5,000 digits": query("query($a: Int = " + "9" * 5_000 + ") { me { agency } }"),
    "an unterminated text": query(f'{{ node(id: "{CANARY}) {{ id }} }}'),
    "a missing variable": query("query($a: ID!) { node(id: $a) { id } }"),
    "a variable of another type": query("query($a: ID!) { node(id: $a) { id } }", variables={"a": {CANARY: [NAME]}}),
    "introspection that multiplies": query("{ __schema { types " + "{ fields { type " * 5 + "{ name" + " }" * 12),
}
"""Requests whose document cannot be run: 400, or 200 for who asks for `application/json`."""

ADDRESSES: Mapping[str, str] = {
    "nothing": "",
    "no value": "query",
    "a query twice": "query=%7Bme%7Bagency%7D%7D&query=%7Bme%7Broles%7D%7D",
    "variables that are no JSON": f"query=%7Bme%7Bagency%7D%7D&variables={CANARY}x",
    "variables that are empty": "query=%7Bme%7Bagency%7D%7D&variables=",
    "variables that are a list": f"query=%7Bme%7Bagency%7D%7D&variables=%5B{CANARY}%5D",
    "variables 200 deep": "query=%7Bme%7Bagency%7D%7D&variables=%7B%22a%22:" + "%5B" * 200 + "%5D" * 200 + "%7D",
    "variables 20,000 deep": "query=%7Bme%7Bagency%7D%7D&variables=" + "[" * 20_000,
    "extensions that are a text": f"query=%7Bme%7Bagency%7D%7D&extensions=%22{CANARY}%22",
    "bytes that are not UTF-8": f"query=%ff%fe{CANARY}",
    "a lone surrogate": f"query=%ed%a0%80{CANARY}",
    "a document of a name that is not there": f"documentId=sha256:{CANARY}",
    "100 parameters": "&".join(f"a{place}={CANARY}" for place in range(100)),
    "an unfinished document": f"query=%7Bme%7B{CANARY}",
    "a document that is percent signs": "query=" + "%25" * 100,
}
"""What stands behind the question mark of a GET: 400 for who asks for `application/graphql-response+json`."""

HEAD = "POST /graphql HTTP/1.1\r\nHost: hub\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n"
SMALL = query(ABOUT)


def sent(headers: str, body: bytes) -> bytes:
    return f"{HEAD}{headers}\r\n\r\n".encode() + body


WIRE: Mapping[str, tuple[bytes, int]] = {
    "a length that is too short": (sent("Content-Length: 9", SMALL), 400),
    "a length that is too long": (sent(f"Content-Length: {len(SMALL) + 9}", SMALL), 408),
    "a length that is no number": (sent("Content-Length: nine", SMALL), 400),
    "a length below nothing": (sent("Content-Length: -9", SMALL), 400),
    "a length beyond all numbers": (sent("Content-Length: 99999999999999999999999", SMALL), 400),
    "two lengths": (sent("Content-Length: 9\r\nContent-Length: 10", SMALL), 400),
    "a length and chunks": (sent("Content-Length: 9\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"), 400),
    "chunks of no size": (sent("Transfer-Encoding: chunked", b"zz\r\n" + SMALL), 400),
    "a chunk of another size": (sent("Transfer-Encoding: chunked", b"4\r\n" + SMALL), 400),
    "a size beyond all numbers": (sent("Transfer-Encoding: chunked", b"f" * 40 + b"\r\n"), 400),
    "no last chunk": (sent("Transfer-Encoding: chunked", b"%x\r\n%b\r\n" % (len(SMALL), SMALL)), 408),
    "chunks that are packed": (sent("Transfer-Encoding: gzip, chunked", gzip.compress(SMALL)), 400),
    "a header without an end": (sent(f"X-Name: {NAME * 40_000}", b""), 400),
    "20,000 headers": (sent("\r\n".join(f"X-{place}: {CANARY}" for place in range(20_000)), b""), 400),
    "a header with a NUL": (sent(f"X-Name: \0{CANARY}", b""), 400),
    "a header without a name": (sent(f": {CANARY}", b""), 400),
    "a header without a colon": (sent(f"X-Name {CANARY}", b""), 400),
    "a method in small letters": (f"post /graphql?{CANARY} HTTP/1.1\r\n\r\n".encode(), 400),
    "a version that is none": (f"POST /graphql?{CANARY} HTTP/9.9\r\n\r\n".encode(), 400),
    "an address with blanks": (f"GET /graphql?query=a b {CANARY} HTTP/1.1\r\n\r\n".encode(), 400),
    "an address in Chinese": (f"GET /graphql?query={NAME}{CANARY} HTTP/1.1\r\n\r\n".encode(), 400),
    "the beginning of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + CANARY.encode(), 400),
    "words": (f"{NAME} {CANARY}\r\n\r\n".encode(), 400),
    "JSON and no head": (SMALL, 400),
}
"""Bytes that are hardly HTTP, and the status that answers them."""
