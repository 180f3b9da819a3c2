import { afterAll, afterEach, inject } from 'vitest'
import type { RuntimeOptions } from '../../local/runtime-options.ts'
import type { Runtime } from '../../local/runtime.ts'
import { startChat } from './runtime.ts'

/**
 * Starts a Tabletalk for the tests of this file when the file is loaded, and closes it after the last test. Faults of
 * the gateway end with the test that set them.
 *
 * @example const chat = await useChat()
 */
export async function useChat(options: RuntimeOptions = {}): Promise<Runtime> {
  const chat = await startChat(options)
  afterAll(() => chat.close())
  // A deployed stack's gateway can't be disturbed.
  if (inject('deployment') === undefined) {
    // The faults of a runtime that imitates AWS, which must stay.
    const { onPost, onUpgrade, onFrame } = chat.gateway.faults
    afterEach(() => void Object.assign(chat.gateway.faults, { onPost, onUpgrade, onFrame }))
  }
  return chat
}
