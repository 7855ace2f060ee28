"""A small language model with random weights, made on the spot: it says nothing sensible, and loads like any other.

Source: ggml-org/ggml, docs/gguf.md (version 3: header, metadata, tensor infos, data aligned to 32 bytes); the names of
llama's tensors and metadata as in ggml-org/llama.cpp, src/llama-arch.cpp and gguf-py/gguf/constants.py.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from typing import BinaryIO

MAGIC, VERSION, ALIGNMENT = b"GGUF", 3, 32
UINT32, INT32, FLOAT32, STRING, ARRAY = 4, 5, 6, 8, 9  # gguf_metadata_value_type
F32, F16 = 0, 1  # ggml_type
MOSTLY_F16 = 1  # llama_ftype
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # llama_token_type

WIDTH, INNER, LAYERS, HEADS, VOCABULARY, CONTEXT = 512, 1408, 8, 8, 4096, 512
TILE = 1 << 18  # random numbers made once and repeated: a pattern harms nothing here


def write_gguf(file: BinaryIO) -> int:
    """Write a model of llama's architecture of about 60 MB, the same each time.

    Returns:
        Bytes of the tensors that are put on a GPU when all layers are: all but the token embedding.
    """
    tensors = list(_tensors())
    offsets, at = [], 0
    for _, shape, kind in tensors:
        offsets.append(at)
        at += _padded(_size(shape, kind))
    head = MAGIC + struct.pack("<IQQ", VERSION, len(tensors), len(list(_metadata()))) + b"".join(_metadata())
    for (name, shape, kind), offset in zip(tensors, offsets, strict=True):
        head += _string(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", kind, offset)
    file.write(head + bytes(-len(head) % ALIGNMENT))
    tile = _halves(random.Random(1))
    for _, shape, kind in tensors:
        size = _size(shape, kind)
        data = struct.pack("<f", 1.0) * (size // 4) if kind == F32 else (tile * (size // len(tile) + 1))[:size]
        file.write(data + bytes(_padded(size) - size))
    return sum(_size(shape, kind) for name, shape, kind in tensors if name != "token_embd.weight")


def _tensors() -> Iterator[tuple[str, tuple[int, ...], int]]:
    """Name, shape (the innermost dimension first) and type of each."""
    yield "token_embd.weight", (WIDTH, VOCABULARY), F16
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        yield block + "attn_norm.weight", (WIDTH,), F32
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield f"{block}{name}.weight", (WIDTH, WIDTH), F16
        yield block + "ffn_norm.weight", (WIDTH,), F32
        yield block + "ffn_gate.weight", (WIDTH, INNER), F16
        yield block + "ffn_up.weight", (WIDTH, INNER), F16
        yield block + "ffn_down.weight", (INNER, WIDTH), F16
    yield "output_norm.weight", (WIDTH,), F32
    yield "output.weight", (WIDTH, VOCABULARY), F16


def _metadata() -> Iterator[bytes]:
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [UNKNOWN, CONTROL, CONTROL, *([BYTE] * 256)]
    tokens += [f"w{number}" for number in range(len(tokens), VOCABULARY)]
    kinds += [NORMAL] * (VOCABULARY - len(kinds))
    yield _text("general.architecture", "llama")
    yield _text("general.name", "random weights")
    yield _number("general.file_type", MOSTLY_F16)
    yield _number("general.alignment", ALIGNMENT)
    yield _number("llama.context_length", CONTEXT)
    yield _number("llama.embedding_length", WIDTH)
    yield _number("llama.block_count", LAYERS)
    yield _number("llama.feed_forward_length", INNER)
    yield _number("llama.attention.head_count", HEADS)
    yield _number("llama.attention.head_count_kv", HEADS)
    yield _number("llama.rope.dimension_count", WIDTH // HEADS)
    yield _number("llama.vocab_size", VOCABULARY)
    yield _string("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", FLOAT32, 1e-5)
    yield _text("tokenizer.ggml.model", "llama")
    yield _array("tokenizer.ggml.tokens", STRING, b"".join(map(_string, tokens)))
    yield _array("tokenizer.ggml.scores", FLOAT32, struct.pack(f"<{VOCABULARY}f", *([0.0] * VOCABULARY)))
    yield _array("tokenizer.ggml.token_type", INT32, struct.pack(f"<{VOCABULARY}i", *kinds))
    yield _number("tokenizer.ggml.bos_token_id", 1)
    yield _number("tokenizer.ggml.eos_token_id", 2)
    yield _number("tokenizer.ggml.unknown_token_id", 0)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _text(key: str, value: str) -> bytes:
    return _string(key) + struct.pack("<I", STRING) + _string(value)


def _number(key: str, value: int) -> bytes:
    return _string(key) + struct.pack("<II", UINT32, value)


def _array(key: str, kind: int, data: bytes) -> bytes:
    """One value for each word of the vocabulary."""
    return _string(key) + struct.pack("<IIQ", ARRAY, kind, VOCABULARY) + data


def _size(shape: tuple[int, ...], kind: int) -> int:
    count = 1
    for one in shape:
        count *= one
    return count * (4 if kind == F32 else 2)


def _padded(size: int) -> int:
    return size + -size % ALIGNMENT


def _halves(source: random.Random) -> bytes:
    """Half-precision numbers between -0.06 and 0.06: the exponent's byte is one of few, all other bits are random."""
    high = bytes((0x28 + byte % 4) | (byte & 0x80) for byte in range(256))
    tile = bytearray(2 * TILE)
    tile[0::2] = source.randbytes(TILE)
    tile[1::2] = source.randbytes(TILE).translate(high)
    return bytes(tile)
