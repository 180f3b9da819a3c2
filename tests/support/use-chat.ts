import { afterAll, afterEach, inject } from 'vitest'
import type { RuntimeOptions } from '../../local/runtime-options.ts'
import type { Runtime } from '../../local/runtime.ts'
import { startChat } from './runtime.ts'

/**
 * A Tabletalk for the tests of this file: started as the file loads, closed after its last test. Faults of the gateway
 * end with the test that made them.
 *
 * @example const chat = await useChat()
 */
export async function useChat(options: RuntimeOptions = {}): Promise<Runtime> {
  const chat = await startChat(options)
  afterAll(() => chat.close())
  // Nothing of a deployed stack can be disturbed.
  if (inject('deployment') === undefined) {
    // Of a runtime that does as AWS does: those stay.
    const { onPost, onUpgrade, onFrame } = chat.gateway.faults
    afterEach(() => void Object.assign(chat.gateway.faults, { onPost, onUpgrade, onFrame }))
  }
  return chat
}
