import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDevEnvironment } from '../../local/dev-environment.ts'
import { listen } from '../../local/http.ts'

const environment = createDevEnvironment({ TABLE_NAME: 'tabletalk' })
const server = createServer((req, res) => {
  if (!environment.handleRequest(req, res)) res.writeHead(404).end()
})
let url: string
beforeAll(async () => {
  url = `http://127.0.0.1:${String(await listen(server, 0, '127.0.0.1'))}`
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
})

test('answers with what the functions are told', async () => {
  const response = await fetch(`${url}/dev/environment`)
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ TABLE_NAME: 'tabletalk' })
})

test.each([
  ['POST', '/dev/environment', 405],
  ['GET', '/dev', 404],
])('%s %s is answered %i', async (method, path, status) => {
  expect((await fetch(`${url}${path}`, { method })).status).toBe(status)
})
