import { expect, test } from 'vitest'
import { kinds } from '../../src/archive/kinds.ts'
import { namedUsers } from '../../src/entities/named-users.ts'
import { sources } from './pattern-list.ts'

const entities = sources().flatMap((source) =>
  [...source.matchAll(/model: \{ entity: '(\w+)'/g)].map(([, name]) => ({ name: name!, source })),
)

test('every entity says where its rows name users', () => {
  expect(Object.keys(namedUsers).sort()).toEqual(entities.map(({ name }) => name).sort())
})

test.each(entities)('$name says it of every field whose name is that of a user', ({ name, source }) => {
  const { owners = [], speaker, others = [] } = namedUsers[name]!
  const said = [...owners, ...others, ...(speaker === undefined ? [] : [speaker])]
  const model = source.slice(source.indexOf(`entity: '${name}'`))
  const fields = [...model.slice(0, model.indexOf('indexes:')).matchAll(/field: '(\w+)'/g)].map(([, field]) => field!)
  const ofUsers = fields.filter((field) => /^(UserId|BlockedId|SenderId|UploaderId)$|By$/.test(field))
  // These are handled separately: a message's sender, and a user's own id, which is the record.
  const byHand = { Message: ['SenderId'], User: ['UserId'] }[name] ?? []
  expect(said.filter((field) => !fields.includes(field))).toEqual([])
  expect(ofUsers.filter((field) => !said.includes(field) && !byHand.includes(field))).toEqual([])
})

test.each(Object.entries(kinds))('a line of %s says of everybody whom it names whether they are others', (_, kind) => {
  const named = Object.keys(kind.entity.schema.attributes).filter((name) => /^by$|By$/.test(name))
  const said: readonly string[] = [...kind.owners, ...kind.others]
  expect(named.filter((name) => !said.includes(name))).toEqual([])
})
