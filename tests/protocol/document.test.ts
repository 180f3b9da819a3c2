import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type * as z from 'zod/mini'
import { documentFile, protocolDocument } from '../../scripts/docs/document.ts'
import { type Action, actions } from '../../src/protocol/actions.ts'
import { Limits } from '../../src/protocol/announced-limits.ts'
import { errorCodes } from '../../src/protocol/error-codes.ts'
import { events } from '../../src/protocol/events.ts'
import { ErrorFrame, EventsFrame, ReplyFrame } from '../../src/protocol/frames.ts'
import * as limits from '../../src/protocol/limits.ts'

let document: string
beforeAll(async () => {
  document = await readFile(documentFile, 'utf8')
})

const names = (things: object) => Object.keys(things)

/** Returns the part of the document under this heading, up to the next heading of its rank. */
function section(heading: string): string {
  const rank = heading.split(' ')[0]!
  const [, after] = document.split(`\n${heading}\n`)
  if (after === undefined) throw new Error(`the document has no section ${heading}`)
  return after.split(new RegExp(`^#{1,${String(rank.length)}} `, 'm'))[0]!
}

const framesIn = (markdown: string) =>
  [...markdown.matchAll(/^```json\n(.*?)\n```$/gms)].map(([, json]) => JSON.parse(json!) as Record<string, unknown>)

/** Returns the one schema by which a frame of the document must be valid. */
function schemasOf(frame: Record<string, unknown>): z.ZodMiniType[] {
  const action = frame.action as Action
  switch (frame.type) {
    case 'reply':
      return [ReplyFrame]
    case 'error':
      return [ErrorFrame]
    case 'events':
      return [EventsFrame]
    default:
      return action in actions ? [actions[action].request] : []
  }
}

test('docs/protocol.md is what the schemas generate: run `npm run docs`', async () => {
  expect(document).toBe(await protocolDocument())
})

describe('every action', () => {
  test.each(names(actions))('%s has its fields, a request and the reply to it', (name) => {
    const text = section(`### \`${name}\``)
    const { request, reply } = actions[name as Action]
    const fields = [...names(request.def.shape), ...names(reply.def.shape)]
    const own = fields.filter((field) => !['action', 'requestId', 'userId'].includes(field))

    expect(own.filter((field) => !text.includes(`| \`${field}\` `))).toEqual([])
    expect(framesIn(text).map(({ type, action }) => [type, action])).toEqual([
      [undefined, name],
      ['reply', name],
    ])
  })
})

describe('every event', () => {
  test.each(names(events))('%s has its fields and a frame', (name) => {
    const text = section(`### \`${name}\``)
    const fields = names(events[name as keyof typeof events].def.shape).filter((field) => field !== 'event')

    expect(fields.filter((field) => !text.includes(`| \`${field}\` `))).toEqual([])
    expect(framesIn(text)).toMatchObject([{ type: 'events', events: [{ event: name }] }])
  })
})

test.each(Object.entries(errorCodes))('error code %s has a row that says what to do', (code, { retryable, client }) => {
  const rows = section('## Error codes')
    .split('\n')
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | *\|$/g, '').trim()))
  const [, , retry, doing] = rows.find(([first]) => first === `\`${code}\``) ?? []
  expect([retry, doing]).toEqual([retryable ? 'yes' : 'no', client])
})

test('every limit appears with its value, and every announced one by its name', () => {
  const text = section('## Limits')
  const values = Object.values(limits).map((limit) => limit.toLocaleString('en-US'))
  expect(values.filter((value) => !text.includes(`| ${value} `))).toEqual([])
  expect(names(Limits.def.shape).filter((name) => name !== 'contentTypes' && !text.includes(`| \`${name}\` `))).toEqual(
    [],
  )
  // Not a number but a list, which is described with the files.
  expect(document).toContain('limits.contentTypes')
})

test('every example is valid by its schema and has nothing that the schema does not know', () => {
  const frames = framesIn(document)
  // One exchange for each action, one frame for each event, and the frames that introduce the types of frames.
  expect(frames.length).toBeGreaterThan(2 * names(actions).length + names(events).length)
  const gatewaysOwn = frames.filter((frame) => schemasOf(frame).length === 0)
  expect(gatewaysOwn).toEqual([
    {
      message: 'Internal server error',
      connectionId: expect.any(String) as string,
      requestId: expect.any(String) as string,
    },
  ])

  for (const frame of frames.filter((each) => !gatewaysOwn.includes(each))) {
    for (const schema of schemasOf(frame)) expect(schema.parse(frame)).toMatchObject(frame)
    if (frame.type === 'reply') {
      const { action, data } = frame as { action: Action; data: object }
      expect(actions[action].reply.parse(data)).toEqual(data)
    }
  }
})
