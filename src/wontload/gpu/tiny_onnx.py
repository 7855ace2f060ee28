"""A model of one matrix product for ONNX Runtime, made on the spot.

Source: onnx/onnx, onnx.proto (field numbers of ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto);
Protocol Buffers, "Encoding" (varints, and fields with their length before them).
"""

from __future__ import annotations

from typing import BinaryIO

SIDE = 2048  # of a square matrix of 4-byte floats: 16 MiB
FLOAT = 1  # TensorProto.DataType
IR_VERSION, OPSET = 7, 13


def write_onnx(file: BinaryIO) -> int:
    """Write `y = x @ w` with a matrix of zeros; returns the bytes of that matrix."""
    matrix = b"".join(
        (_int(1, SIDE), _int(1, SIDE), _int(2, FLOAT), _bytes(8, b"w"), _bytes(9, bytes(SIDE * SIDE * 4)))
    )
    node = b"".join((_bytes(1, b"x"), _bytes(1, b"w"), _bytes(2, b"y"), _bytes(4, b"MatMul")))
    graph = b"".join(
        (_bytes(1, node), _bytes(2, b"g"), _bytes(5, matrix), _bytes(11, _row(b"x")), _bytes(12, _row(b"y")))
    )
    file.write(_int(1, IR_VERSION) + _bytes(7, graph) + _bytes(8, _bytes(1, b"") + _int(2, OPSET)))
    return SIDE * SIDE * 4


def _row(name: bytes) -> bytes:
    """A `ValueInfoProto`: a row of `SIDE` floats."""
    shape = _bytes(1, _int(1, 1)) + _bytes(1, _int(1, SIDE))
    return _bytes(1, name) + _bytes(2, _bytes(1, _int(1, FLOAT) + _bytes(2, shape)))


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data
