/** The CRC-32 (as of zip and PNG) of plain data: of its JSON with sorted keys, so that neither their order nor white space counts. */
export const checksumOf = (data: unknown): string => crc32(new TextEncoder().encode(canonical(data)));

/** The CRC-32 of bytes, as 8 hexadecimal digits. */
export function crc32(bytes: Uint8Array): string {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] ?? 0)) & 255] ?? 0);
  return (~crc >>> 0).toString(16).padStart(8, '0');
}

/** The data is as deep as a state at most, since it was checked before. */
function canonical(data: unknown): string {
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  if (Array.isArray(data))
    return typeof data[0] === 'object' ? `[${data.map(canonical).join()}]` : JSON.stringify(data);
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`).join()}}`;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
