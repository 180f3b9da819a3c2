/** 32 hex digits nobody else has. Not `randomUUID`, which a page served without TLS doesn't have. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
