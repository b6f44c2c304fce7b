/**
 * Protobuf's wire format, read by a table of fields: the result has the form that OTLP/JSON gives the same message (names in
 * lowerCamelCase, 64-bit integers as decimal strings, ids as hex, other bytes as base64). Fields that the table lacks are skipped.
 * https://protobuf.dev/programming-guides/encoding/
 *
 * Ignores: groups (wire types 3 and 4, which OTLP never had) are an error.
 */
import type { JsonObject } from '#lib/base/json'

type Scalar = 'string' | 'bool' | 'int32' | 'int64' | 'fixed32' | 'fixed64' | 'double' | 'hex' | 'base64'

export interface FieldType {
  name: string
  /** A function where the type is another message, so that types can contain themselves. */
  type: Scalar | (() => MessageType)
  repeated?: true
}

/** Field number -> field. */
export type MessageType = ReadonlyMap<number, FieldType>

/** Attributes may nest; whatever walks them is recursive. */
const DEPTH_MAX = 100

export class ProtobufError extends Error {}

/** @throws ProtobufError where the bytes are not a message, or nest too deep. */
export function readProtobuf(bytes: Uint8Array, type: MessageType): JsonObject {
  return new Reader(bytes).message(bytes.length, type, 0)
}

const utf8 = new TextDecoder('utf-8')

class Reader {
  private pos = 0
  private readonly view: DataView

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  message(end: number, type: MessageType, depth: number): JsonObject {
    if (depth > DEPTH_MAX) throw new ProtobufError(`messages nest more than ${DEPTH_MAX} deep`)
    const out: JsonObject = {}
    while (this.pos < end) {
      const tag = Number(this.varint())
      const field = type.get(tag >>> 3)
      if (field === undefined) this.skip(tag & 7)
      else this.field(field, tag & 7, out, depth)
      if (this.pos > end) throw new ProtobufError(`a field reaches beyond its message at byte ${this.pos}`)
    }
    return out
  }

  private field(field: FieldType, wire: number, out: JsonObject, depth: number): void {
    const value = this.value(field, wire, depth)
    if (field.repeated !== true) {
      out[field.name] = value
      return
    }
    const list = out[field.name]
    if (Array.isArray(list)) list.push(value)
    else out[field.name] = [value]
  }

  private value(field: FieldType, wire: number, depth: number): unknown {
    const { type } = field
    if (typeof type === 'function') {
      const end = this.lengthEnd(wire, field)
      return this.message(end, type(), depth + 1)
    }
    switch (type) {
      case 'string':
        return utf8.decode(this.slice(wire, field))
      case 'hex':
        return hex(this.slice(wire, field))
      case 'base64':
        return base64(this.slice(wire, field))
      default:
        return this.number(type, wire, field)
    }
  }

  private number(type: Scalar, wire: number, field: FieldType): unknown {
    const expected = type === 'fixed32' ? 5 : type === 'fixed64' || type === 'double' ? 1 : 0
    if (wire !== expected) throw new ProtobufError(`${field.name} has wire type ${wire} at byte ${this.pos}`)
    switch (type) {
      case 'fixed32':
        return this.view.getUint32(this.take(4), true)
      case 'fixed64':
        return String(this.view.getBigUint64(this.take(8), true))
      case 'double':
        return jsonDouble(this.view.getFloat64(this.take(8), true))
      case 'bool':
        return this.varint() !== 0n
      case 'int64':
        return String(BigInt.asIntN(64, this.varint()))
      default:
        return Number(BigInt.asIntN(32, this.varint()))
    }
  }

  private slice(wire: number, field: FieldType): Uint8Array {
    const end = this.lengthEnd(wire, field)
    const start = this.pos
    this.pos = end
    return this.bytes.subarray(start, end)
  }

  private lengthEnd(wire: number, field: FieldType): number {
    if (wire !== 2) throw new ProtobufError(`${field.name} has wire type ${wire} at byte ${this.pos}`)
    const length = Number(this.varint())
    if (length > this.bytes.length - this.pos) throw new ProtobufError(`${field.name} reaches beyond the end at byte ${this.pos}`)
    return this.pos + length
  }

  private take(count: number): number {
    const at = this.pos
    if (count > this.bytes.length - at) throw new ProtobufError(`the message ends inside a field at byte ${at}`)
    this.pos += count
    return at
  }

  private skip(wire: number): void {
    if (wire === 0) this.varint()
    else if (wire === 1) this.take(8)
    else if (wire === 5) this.take(4)
    else if (wire === 2) this.take(Number(this.varint()))
    else throw new ProtobufError(`wire type ${wire} at byte ${this.pos}`)
  }

  private varint(): bigint {
    // Tags, lengths and enums fit into 28 bits; only what is longer needs a bigint.
    let low = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.view.getUint8(this.take(1))
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt(low)
    }
    let result = BigInt(low)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.view.getUint8(this.take(1))
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, result)
    }
    throw new ProtobufError(`a number of more than 10 bytes at byte ${this.pos}`)
  }
}

/** JSON has no NaN or infinity: protobuf's JSON mapping writes them as texts. */
function jsonDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}

function hex(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0')
  return out
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes: Uint8Array): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    const word = (a << 16) | (b << 8) | c
    const left = bytes.length - i
    out += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63)
    out += (left > 1 ? ALPHABET.charAt((word >> 6) & 63) : '=') + (left > 2 ? ALPHABET.charAt(word & 63) : '=')
  }
  return out
}
