import { joined, littleEndian } from './bytes'

/** A safetensors file with this text as its header, whatever it says. */
export function withHeader(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = typeof header === 'string' ? new TextEncoder().encode(header) : header
  return joined(littleEndian(bytes.length, 8), bytes, data)
}

/** A file of one tensor called `w`, 4 float32 of 16 bytes, with some of its fields replaced. */
export function oneTensor(
  fields: Readonly<Record<string, unknown>> = {},
  { data = 16, name = 'w' }: { readonly data?: number; readonly name?: string } = {},
): Uint8Array {
  const entry = { dtype: 'F32', shape: [4], data_offsets: [0, 16], ...fields }
  return withHeader(`{${JSON.stringify(name)}:${JSON.stringify(entry)}}`, new Uint8Array(data))
}

/** A file with these tensors, all float32, at the offsets that are given. */
export function tensorsAt(
  offsets: Readonly<Record<string, readonly [number, number]>>,
  dataBytes: number,
): Uint8Array {
  const fields = Object.entries(offsets).map(([name, [from, to]]) => [
    name,
    { dtype: 'F32', shape: [Math.max(0, (to - from) / 4)], data_offsets: [from, to] },
  ])
  return withHeader(JSON.stringify(Object.fromEntries(fields)), new Uint8Array(dataBytes))
}

/** The header of a valid file, changed as text. */
export function editedHeader(file: Uint8Array, edit: (header: string) => string): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const end = 8 + Number(view.getBigUint64(0, true))
  return withHeader(edit(new TextDecoder().decode(file.subarray(8, end))), file.subarray(end))
}
