import { format, resolveConfig } from 'prettier'
import { type Action, actions } from '../../src/protocol/actions.ts'
import { announcedLimits, Limits, openPolicy } from '../../src/protocol/announced-limits.ts'
import { errorCodes } from '../../src/protocol/error-codes.ts'
import { type Permission, type PermissionName, permissions } from '../../src/protocol/permissions.ts'
import { events } from '../../src/protocol/events.ts'
import * as limits from '../../src/protocol/limits.ts'
import { actionNotes } from './action-notes.ts'
import { eventExamples, examples } from './examples.ts'
import { type Field, fieldsOf } from './fields.ts'
import { limitRows } from './limit-rows.ts'
import { permissionNotes } from './permission-notes.ts'
import * as prose from './prose.ts'
import { descriptionOf, frame, grouped, table } from './words.ts'

/** The generated file. */
export const documentFile = new URL('../../docs/protocol.md', import.meta.url)

/** Returns `docs/protocol.md` for the current schemas, formatted like the rest of the repository. */
export async function protocolDocument(): Promise<string> {
  const names = Object.keys(actions) as Action[]
  const sections = [
    prose.opening,
    prose.connecting,
    prose.frames,
    prose.gatewayFrames,
    '## Actions',
    table(
      ['action', ''],
      names.map((name) => [`[\`${name}\`](#${anchor(name)})`, descriptionOf(actions[name].request)]),
    ),
    ...names.map(actionSection),
    '## Events',
    ...Object.entries(events).map(([name, schema]) => eventSection(name as keyof typeof events, schema)),
    '## Who may do what',
    whoMayWhat(),
    prose.delivery,
    prose.files,
    '## Error codes',
    table(
      ['code', 'meaning', 'retryable', 'what the client does'],
      Object.entries(errorCodes).map(([code, { meaning, retryable, client }]) => [
        `\`${code}\``,
        meaning,
        retryable ? 'yes' : 'no',
        client,
      ]),
    ),
    prose.errors,
    '## Limits',
    '`sync` announces the limits that have a name in the last column. Read them there, because deployments differ.',
    limitsTable(),
    'They also announce what users may do with rooms:',
    policyTable(),
    prose.closeCodes,
    prose.local,
  ]
  const options = await resolveConfig(documentFile)
  return format(sections.join('\n\n'), { ...options, parser: 'markdown' })
}

/** Returns the table of permissions, from the one that the server checks. */
function whoMayWhat(): string {
  const from = (name: string) =>
    ['guest', 'member', 'moderator', 'owner'].includes(name) ? name : `setting \`${name}\``
  return table(
    ['name', 'what', 'from which role', 'upon', 'when muted', 'in a closed room', 'in a direct room'],
    Object.entries(permissions).map(([name, permission]: [string, Permission]) => [
      `\`${name}\``,
      permissionNotes[name as PermissionName],
      from(permission.from),
      permission.upon ?? '',
      permission.muted ?? '',
      permission.closed ?? '',
      permission.direct ?? '',
    ]),
  )
}

const anchor = (name: string) => name.toLowerCase()

function actionSection(action: Action): string {
  const { request, reply } = actions[action]
  const { request: asked, reply: data } = examples[action]
  const own = fieldsOf(request, 'input').filter(({ name }) => !['action', 'requestId', 'userId'].includes(name))
  return [
    `### \`${action}\``,
    descriptionOf(request),
    own.length === 0 ? 'No fields of its own.' : fieldsTable(own),
    actionNotes[action] ?? '',
    'Reply `data`:',
    fieldsTable(fieldsOf(reply, 'output')),
    frame({ ...asked, requestId: 'r1' }),
    frame({ type: 'reply', action, requestId: 'r1', data }),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function eventSection<N extends keyof typeof events>(name: N, schema: (typeof events)[N]): string {
  const fields = fieldsOf(schema, 'output').filter((field) => field.name !== 'event')
  return [
    `### \`${name}\``,
    descriptionOf(schema),
    fieldsTable(fields),
    frame({ type: 'events', events: [eventExamples[name]] }),
  ].join('\n\n')
}

function fieldsTable(fields: readonly Field[]): string {
  return table(
    ['field', 'type', 'required', 'constraints', ''],
    fields.map(({ name, type, required, constraints, description }) => [
      `\`${name}\``,
      type,
      required ? 'yes' : 'no',
      constraints,
      description,
    ]),
  )
}

function limitsTable(): string {
  const nameOf = Object.fromEntries(
    Object.entries(announcedLimits).map(([name, constant]) => [constant, `\`${name}\``]),
  )
  return table(
    ['what', 'limit', 'beyond it', 'in `limits`'],
    Object.entries(limitRows).map(([constant, { what, unit, beyond }]) => [
      what,
      `${grouped(limits[constant as keyof typeof limits])} ${unit}`,
      beyond,
      nameOf[constant] ?? '',
    ]),
  )
}

/** Returns the table of what a deployment chooses about rooms. `limits` announces it beside the numbers. */
function policyTable(): string {
  return table(
    ['in `limits`', 'values', 'what', 'when unset'],
    fieldsOf(Limits, 'output')
      .filter(({ name }) => name in openPolicy)
      .map(({ name, constraints, description }) => [
        `\`${name}\``,
        constraints,
        description,
        `\`${openPolicy[name as keyof typeof openPolicy]}\``,
      ]),
  )
}
