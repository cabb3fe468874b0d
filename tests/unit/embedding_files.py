"""Small files in the format of the released AudioSet embeddings, serialised by the protocol buffers library."""

import struct
from functools import cache

import numpy as np
import pytest

from texture_core.classifiers.audioset import masked_crc32c


@cache
def _sequence_example(packed):
    descriptor_pb2 = pytest.importorskip("google.protobuf.descriptor_pb2", reason="protobuf is not installed")
    from google.protobuf import descriptor_pool, message_factory

    field = descriptor_pb2.FieldDescriptorProto
    package = f"embeddings.{'packed' if packed else 'unpacked'}"
    file = descriptor_pb2.FileDescriptorProto(name=package, package=package, syntax="proto3")

    def message(name, *fields):
        added = file.message_type.add(name=name)
        for number, (field_name, kind, repeated) in enumerate(fields, start=1):
            label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
            if isinstance(kind, str):
                type_name = f".{package}.{kind}"
                added.field.add(
                    name=field_name, number=number, label=label, type=field.TYPE_MESSAGE, type_name=type_name
                )
            else:
                scalar = added.field.add(name=field_name, number=number, label=label, type=kind)
                if repeated and kind != field.TYPE_BYTES:
                    scalar.options.packed = packed

    # tensorflow/core/example/feature.proto and example.proto; a map is a repeated entry of key and value.
    message("BytesList", ("value", field.TYPE_BYTES, True))
    message("FloatList", ("value", field.TYPE_FLOAT, True))
    message("Int64List", ("value", field.TYPE_INT64, True))
    message("Feature", ("bytes_list", "BytesList", False), ("float_list", "FloatList", False))
    file.message_type[-1].field.add(
        name="int64_list",
        number=3,
        label=field.LABEL_OPTIONAL,
        type=field.TYPE_MESSAGE,
        type_name=f".{package}.Int64List",
    )
    message("Entry", ("key", field.TYPE_STRING, False), ("value", "Feature", False))
    message("Features", ("feature", "Entry", True))
    message("FeatureList", ("feature", "Feature", True))
    message("ListEntry", ("key", field.TYPE_STRING, False), ("value", "FeatureList", False))
    message("FeatureLists", ("feature_list", "ListEntry", True))
    message("SequenceExample", ("context", "Features", False), ("feature_lists", "FeatureLists", False))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.SequenceExample"))


def sequence_example(video_id, labels, embeddings, *, packed=True):
    """A serialised clip; `embeddings` is (seconds, 128) uint8."""
    example = _sequence_example(packed)()
    context = example.context.feature
    context.add(key="labels").value.int64_list.value.extend(labels)
    context.add(key="video_id").value.bytes_list.value.append(video_id.encode())
    context.add(key="end_time_seconds").value.float_list.value.append(10.5)
    context.add(key="start_time_seconds").value.float_list.value.append(0.5)
    entry = example.feature_lists.feature_list.add(key="audio_embedding")
    for embedding in np.asarray(embeddings, dtype=np.uint8):
        entry.value.feature.add().bytes_list.value.append(embedding.tobytes())
    return example.SerializeToString()


def write_records(path, records):
    """Write serialised clips as a TFRecord file."""
    with open(path, "wb") as file:
        for record in records:
            length = struct.pack("<Q", len(record))
            for part in (length, record):
                file.write(part + struct.pack("<I", masked_crc32c(part)))
