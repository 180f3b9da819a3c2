import { randomBytes } from 'node:crypto'

/** Returns an id like those that API Gateway gives connections, requests and messages, such as `R1kmxc2VNjMCFIA=`. */
export function newId(): string {
  return `${randomBytes(11).toString('base64url')}=`
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export function newTraceId(epochMs: number): string {
  const seconds = Math.floor(epochMs / 1000).toString(16)
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')}`
}
