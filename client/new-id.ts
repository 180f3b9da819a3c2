/** Returns 32 random hex digits. Not `crypto.randomUUID`, which pages without TLS don't have. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
