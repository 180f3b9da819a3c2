import { expect, test } from 'vitest'
import { handlers } from '../../src/http/handlers.ts'
import { serverActions } from '../../src/protocol/server-api.ts'

test('every action that is not about a connection is served over HTTP, by its own handler', () => {
  expect(Object.keys(handlers).sort()).toEqual(serverActions.toSorted())
  for (const [name, handler] of Object.entries(handlers)) expect(handler.name).toBe(name)
})
