import { aws } from '../aws/aws.ts'
import { endpointIn } from '../aws/json-service.ts'
import { oneOf, optional, text, url, wholeNumber } from '../env.ts'
import { leanTable } from './lean-table.ts'
import { type SendToTable, TableClient } from './table-client.ts'

/**
 * Limit for one attempt of a request, in milliseconds. There are at most three attempts, so a client receives
 * `unavailable` rather than a timeout of the gateway. DynamoDB responds within milliseconds; DynamoDB Local on a busy
 * laptop may not.
 */
const timeoutMs = optional('TABLE_TIMEOUT_MS', wholeNumber({ from: 1, to: 60_000 })) ?? 2_000

const endpoint = optional('AWS_ENDPOINT_URL_DYNAMODB', url)

/** With `TABLE_CLIENT=sdk`, requests use the SDK's client, which is loaded with the first request. */
const sendToTable = optional('TABLE_CLIENT', oneOf('lean', 'sdk')) === 'sdk' ? bySdk() : byLean()

function byLean(): SendToTable {
  let send: Promise<SendToTable> | undefined
  const load = async () =>
    leanTable({ endpoint: endpoint ?? endpointIn('dynamodb', await aws.region()), aws, timeoutMs })
  return async (operation, input) => (await (send ??= load()))(operation, input)
}

function bySdk(): SendToTable {
  let send: Promise<SendToTable> | undefined
  const load = async () => (await import('./sdk-table.ts')).sdkTable(timeoutMs)
  return async (operation, input) => (await (send ??= load()))(operation, input)
}

/**
 * The client of every entity. Its endpoint, region and credentials come from the environment (on a laptop, the endpoint
 * is `AWS_ENDPOINT_URL_DYNAMODB`), so the code is the same everywhere.
 */
export const client = new TableClient(sendToTable)

/** Name of the one table that every entity is in. */
export const table = optional('TABLE_NAME', text) ?? 'tabletalk'

/** ElectroDB puts this name at the beginning of the keys that it builds. */
export const service = 'tabletalk'

/**
 * Marks a row that `npm run import` wrote. The stream's filters leave out that it is new, so nobody receives an event
 * for it. Later changes of the row are delivered like those of any other.
 */
export const imported = { type: 'boolean', field: 'Imported' } as const

type KeyPart = readonly string[]

// Every key has `casing: 'none'`: by default ElectroDB converts keys to lower case, but connection ids may differ by
// case only.

/**
 * Makes a key of the table in ElectroDB's own form, such as `$tabletalk#chatRoomId_general`, with the entity's name in
 * the sort key.
 */
export const primary = <const P extends KeyPart, const S extends KeyPart>(pk: P, sk: S) => ({
  pk: { field: 'pk' as const, composite: pk, casing: 'none' as const },
  sk: { field: 'sk' as const, composite: sk, casing: 'none' as const },
})

/**
 * Sorts after every user id, which has at most 128 characters, and after the lower bound of a range that begins right
 * after a user id.
 */
export const AFTER_USER_IDS = '\u{10ffff}'.repeat(129)

/**
 * Makes a key in a partition of its own: `own('rate', ['userId'], ['startsAt'], 'window')` has the partition key
 * `rate#${userId}` and the sort key `window#${startsAt}`. It is shorter than a key by `primary`, and with a prefix of
 * its own, a range of sort keys can't contain other entities.
 */
export const own = <const P extends KeyPart, const S extends KeyPart>(
  prefix: string,
  pk: P,
  sk: S,
  sortPrefix?: string,
) => ({
  pk: { ...primary(pk, sk).pk, template: templateOf(prefix, pk) },
  sk: { ...primary(pk, sk).sk, template: templateOf(sortPrefix, sk) },
})

/**
 * Makes a key whose parts are attributes of the entity themselves, with `pk` and `sk` as their `field`s, so the ids are
 * stored once. It is for rows that are read by the hundred: a second copy of the ids would double what is read.
 */
export const verbatim = <const P extends string, const S extends string>(pk: P, sk: S) => ({
  pk: { ...primary([pk], [sk]).pk, template: `\${${pk}}` },
  sk: { ...primary([pk], [sk]).sk, template: `\${${sk}}` },
})

/** Makes such a key of the index `gsi1`. An item without these attributes is not in the index. */
export const indexed = <const P extends string, const S extends string>(pk: P, sk: S) => ({
  index: 'gsi1' as const,
  pk: { field: 'gsi1pk' as const, composite: [pk] as const, casing: 'none' as const, template: `\${${pk}}` },
  sk: { field: 'gsi1sk' as const, composite: [sk] as const, casing: 'none' as const, template: `\${${sk}}` },
})

const templateOf = (prefix: string | undefined, names: KeyPart): string =>
  [...(prefix === undefined ? [] : [prefix]), ...names.map((name) => `\${${name}}`)].join('#')
