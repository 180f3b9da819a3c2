/**
 * Web Push from the laptop: shows a notification when a message arrives while nobody is looking at the chat.
 *
 * 1. Run `npx tsx examples/push/main.ts`. It prints the command that starts the chat with it.
 * 2. Run that command in another terminal.
 * 3. Open the chat, and allow notifications in the settings.
 */
import { randomBytes } from 'node:crypto'
import webPush from 'web-push'
import { createPushServer } from './push-server.ts'

const { PORT = '3000', CHAT_URL = 'http://localhost:8080', CONTACT = 'mailto:you@example.com' } = process.env
const { WEBHOOK_SECRET: secret = `whsec_${randomBytes(24).toString('base64')}` } = process.env
const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey } = process.env

// In production, store the keys: a subscription only works with the keys that it was created with.
const vapid = publicKey && privateKey ? { publicKey, privateKey } : webPush.generateVAPIDKeys()

/** On the laptop, everybody can get a token of a backend. In production, your issuer gives one to your backend. */
async function getToken(): Promise<string> {
  const body = JSON.stringify({ userId: 'push', scope: 'tabletalk:server' })
  const response = await fetch(new URL('/dev/token', CHAT_URL), { method: 'POST', body })
  return ((await response.json()) as { token: string }).token
}

const log = (line: string) => void process.stdout.write(`${line}\n`)
const server = createPushServer({ chatUrl: CHAT_URL, getToken, secret, vapid, contact: CONTACT, log })
server.listen(Number(PORT), '127.0.0.1', () => {
  const here = `http://localhost:${PORT}`
  log(`WEBHOOK_SECRET='${secret}' PUSH=previews npm start -- --webhook ${here}/hook --push ${here}/subscriptions`)
})
process.on('SIGTERM', () => server.close())
