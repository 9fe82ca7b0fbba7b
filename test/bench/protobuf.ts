/** The few things of protocol buffers' wire format that an ONNX file needs: varints, floats, bytes within bytes. */

export type Bytes = readonly Uint8Array[];

const varint = (value: number): Uint8Array => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
};

const key = (field: number, wireType: number): Uint8Array => varint(field * 8 + wireType);

/** An integer field, also a negative one. */
export const integer = (field: number, value: number): Bytes => [key(field, 0), varint(value)];

/** A 32-bit float field. */
export const float = (field: number, value: number): Bytes => [
  key(field, 5),
  new Uint8Array(Float32Array.of(value).buffer),
];

/** A field of bytes, or a message within the message. */
export const message = (field: number, content: Bytes | Uint8Array): Bytes => {
  const parts = content instanceof Uint8Array ? [content] : content;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [key(field, 2), varint(length), ...parts];
};

export const text = (field: number, value: string): Bytes => message(field, new TextEncoder().encode(value));

export function joined(parts: Bytes): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
