import { joined, littleEndian } from './bytes'

/** A file of an archive; what is not given follows from its bytes. */
export interface ZipEntry {
  readonly name: string
  readonly bytes: Uint8Array
  /** 0 stored (the default), 8 deflated. */
  readonly method?: number
  readonly flags?: number
  /** What the directory says, where it is not the truth. */
  readonly claimedSize?: number
  readonly claimedOffset?: number
  readonly uncompressedSize?: number
}

/** A zip archive that may say anything about its files. Checksums are zero: nothing here is unpacked. */
export function zipArchive(
  entries: readonly ZipEntry[],
  claims: {
    readonly directoryOffset?: number
    readonly directorySize?: number
    readonly count?: number
  } = {},
): Uint8Array {
  const locals: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const entry of entries) {
    const local = localFile(entry)
    locals.push(local)
    directory.push(directoryEntry(entry, entry.claimedOffset ?? offset))
    offset += local.length
  }
  const listed = joined(...directory)
  const end = joined(
    'PK\x05\x06\0\0\0\0',
    littleEndian(Math.min(claims.count ?? entries.length, 0xffff), 2),
    littleEndian(Math.min(claims.count ?? entries.length, 0xffff), 2),
    littleEndian(claims.directorySize ?? listed.length, 4),
    littleEndian(claims.directoryOffset ?? offset, 4),
    '\0\0',
  )
  return joined(...locals, listed, end)
}

function localFile({ name, bytes, method = 0, flags = 0, uncompressedSize }: ZipEntry): Uint8Array {
  return joined(
    'PK\x03\x04\x14\0',
    littleEndian(flags, 2),
    littleEndian(method, 2),
    '\0\0\0\0\0\0\0\0',
    littleEndian(bytes.length, 4),
    littleEndian(uncompressedSize ?? bytes.length, 4),
    littleEndian(name.length, 2),
    '\0\0',
    name,
    bytes,
  )
}

function directoryEntry(entry: ZipEntry, offset: number): Uint8Array {
  const { name, bytes, method = 0, flags = 0, claimedSize, uncompressedSize } = entry
  return joined(
    'PK\x01\x02\x14\0\x14\0',
    littleEndian(flags, 2),
    littleEndian(method, 2),
    '\0\0\0\0\0\0\0\0',
    littleEndian(claimedSize ?? bytes.length, 4),
    littleEndian(uncompressedSize ?? claimedSize ?? bytes.length, 4),
    littleEndian(name.length, 2),
    '\0\0\0\0\0\0\0\0\0\0\0\0',
    littleEndian(offset, 4),
    name,
  )
}
