import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { State } from './old-state.ts'
import { planFromNothing, type ResourceChange } from './plan.ts'
import type { Workspace } from './workspace.ts'

/** A state that `terraform apply` of version 0.1.0 left, with a page. */
const STATE = new URL('../../tests/fixtures/version-0.1.0/terraform.tfstate.gz', import.meta.url)

/** Resources whose loss would take messages, files, waiting events or the API's address with it. */
const KEEPERS = [
  'aws_apigatewayv2_api',
  'aws_apigatewayv2_stage',
  'aws_dynamodb_table',
  'aws_s3_bucket',
  'aws_sqs_queue',
]

/** Resources that are created again, because a function's alias is now part of them. */
const REPLACED = ['aws_lambda_function_event_invoke_config', 'aws_lambda_permission']

/** Resources that others have replaced. */
const GONE = ['aws_cloudwatch_log_metric_filter.server_errors[0]', 'aws_cloudwatch_metric_alarm.this["server-errors"]']

/** Functions whose actions belong to other functions now. */
const TAKEN_OVER = [
  ...['broadcastMessage', 'createRoom', 'getFileUrl', 'getHistory', 'getRoom', 'joinRoom', 'leaveRoom', 'listRooms'],
  'ping',
]

/**
 * Plans from a state of version 0.1.0, without asking AWS what exists. Leaves the workspace without a state.
 *
 * @returns a line that says what the plan does
 * @throws Error if the plan destroys anything except functions whose actions others have taken over, and what depends
 * on them
 */
export async function planFromOldRelease(workspace: Workspace): Promise<string> {
  const text = gunzipSync(await readFile(STATE)).toString()
  const before = (JSON.parse(text) as State).resources.flatMap(({ instances }) => instances).length
  await workspace.add('root/terraform.tfstate', text)
  const { resource_changes: changes } = await planFromNothing(workspace, { page: {} }, 1_000, ['-refresh=false'])
  await workspace.add('root/terraform.tfstate', '')
  const destroyed = changes.filter(({ change }) => change.actions.includes('delete'))
  const unexplained = destroyed.filter((one) => KEEPERS.includes(one.type) || !isExplained(one))
  if (unexplained.length > 0) throw new Error(`unable to upgrade; lost: ${unexplained.map(addressOf).join(' ')}`)
  const found = changes.filter(({ previous_address: previous }) => previous !== undefined).length
  const left = changes.filter(({ address }) => GONE.includes(address) && !address.includes('.this[')).length
  if (found + left !== before) throw new Error(`unable to move ${before - found - left} of ${before} resources`)
  const functions = destroyed.filter(({ type }) => type === 'aws_lambda_function').length
  return `A state of 0.1.0 has ${before} resources: ${functions} functions have been taken over, and no data is lost.`
}

const addressOf = ({ address }: ResourceChange) => address

function isExplained({ address, type, index, change }: ResourceChange): boolean {
  if (change.actions.includes('create')) return REPLACED.includes(type)
  // An integration belonged to a route, and now belongs to a function.
  if (GONE.includes(address) || type === 'aws_apigatewayv2_integration') return true
  return typeof index === 'string' && TAKEN_OVER.includes(index.replace(/-throttled$/, ''))
}
