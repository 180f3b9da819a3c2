import { describe, expect, test } from 'vitest'
import { selectRoute } from '../../../local/gateway/route-selection.ts'

const routes = { $connect: {}, $disconnect: {}, $default: {}, echo: {}, 7: {}, true: {} }

describe('selectRoute', () => {
  test.each([
    ['{"action":"echo"}', 'echo'],
    ['{"action":7}', '7'],
    ['{"action":true}', 'true'],
    ['{"action":"Echo"}', '$default'],
    ['{"action":"unknown"}', '$default'],
    ['{"action":"toString"}', '$default'],
    ['{"action":"__proto__"}', '$default'],
    ['{"action":null}', '$default'],
    ['{"action":["echo"]}', '$default'],
    ['{"action":{}}', '$default'],
    ['{"action":"$connect"}', '$default'],
    ['{"action":"$disconnect"}', '$default'],
    ['{"action":"$default"}', '$default'],
    ['{"nested":{"action":"echo"}}', '$default'],
    ['["echo"]', '$default'],
    ['"echo"', '$default'],
    ['null', '$default'],
    ['echo', '$default'],
    ['', '$default'],
  ])('%s goes to %s', (body, route) => {
    expect(selectRoute(body, routes)).toBe(route)
  })

  test('without $default, what matches no route has none', () => {
    expect(selectRoute('{"action":"other"}', { echo: {} })).toBeUndefined()
    expect(selectRoute('{"action":"echo"}', { echo: {} })).toBe('echo')
  })
})
