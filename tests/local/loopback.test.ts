import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { isDeveloperOrigin, isLoopback, isOwnHost, ownHosts, reachableAt } from '../../local/loopback.ts'

test.each([
  ['localhost:8080', true],
  ['LOCALHOST', true],
  ['chat.localhost:8080', true],
  ['127.0.0.1:8080', true],
  ['[::1]:8080', true],
  ['192.168.1.5:8080', true],
  [`${hostname()}:8080`, true],
  [undefined, true],
  ['evil.example', false],
  ['evil.example:80', false],
  ['127.0.0.1.nip.io', false],
  ['localhost.evil.example', false],
  ['127.0.0.1@evil.example', false],
  ['evil.example#localhost', false],
  ['', false],
])('whether Host: %s names a runtime that listens everywhere: %s', (header, is) => {
  expect(isOwnHost(header, '0.0.0.0')).toBe(is)
})

test('the configured name is the runtime’s, and no other', () => {
  expect(isOwnHost('chat.example:8080', 'chat.example')).toBe(true)
  expect(isOwnHost('chat.example:8080', '127.0.0.1')).toBe(false)
})

test.each([
  ['http://localhost:5173', true],
  ['https://localhost:40000', true],
  ['http://app.localhost:40000', true],
  ['http://127.0.0.1:5173', true],
  ['http://[::1]:3000', true],
  ['http://127.0.0.1:40000', false],
  ['http://localhost.evil.example', false],
  ['http://evil.example', false],
  ['http://192.168.1.5:5173', false],
  ['null', false],
  ['file://', false],
])('whether %s is a developer’s own page: %s', (origin, is) => {
  expect(isDeveloperOrigin(origin)).toBe(is)
})

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['192.168.1.5', false],
])('whether %s is this machine only: %s', (host, is) => {
  expect(isLoopback(host)).toBe(is)
})

test('a server that listens everywhere is reached at an address and not at 0.0.0.0', () => {
  expect(reachableAt('192.168.1.5')).toBe('192.168.1.5')
  expect(ownHosts('192.168.1.5')).toEqual(['192.168.1.5'])
  expect(ownHosts('0.0.0.0')).toContain(reachableAt('0.0.0.0'))
})
