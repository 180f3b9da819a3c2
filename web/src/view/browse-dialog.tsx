import { useEffect, useState } from 'react'
import { printableName } from '../../../client/index.ts'
import { useStore } from '../../../client/react/index.ts'
import { words } from '../language/words.ts'
import type { PublicRoom } from '../state/chat.ts'
import { Pages } from '../state/pages.ts'
import { Dialog } from './dialog.tsx'
import { Field } from './field.tsx'
import { FormError } from './form-error.tsx'
import { GlobeIcon } from './icons.tsx'
import { PageList } from './page-list.tsx'
import { useAct } from './use-act.ts'
import { useChat } from './use-chat.ts'
import { goTo } from './use-route.ts'

/** The server is asked when the user has not typed for this long. */
const PAUSE_MS = 250

/** A dialog to find public rooms by the beginning of their names, and to join them. */
export function BrowseDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const prefix = useSettled(text.trim())
  return (
    <Dialog title={words.publicRooms} onClose={onClose} className="wide">
      <Field label={words.name} hint={words.prefixHint} type="search" maxLength={128} value={text} onChange={setText} />
      <Found key={prefix} prefix={prefix} onClose={onClose} />
    </Dialog>
  )
}

function Found({ prefix, onClose }: { prefix: string; onClose: () => void }) {
  const chat = useChat()
  const alike = useStore(chat.places)
  const { run, isRunning, error } = useAct()
  const [pages] = useState(
    () =>
      new Pages(async (cursor) => {
        const page = { ...(prefix === '' ? {} : { prefix }), ...(cursor === undefined ? {} : { cursor }) }
        const { rooms, nextCursor } = await chat.client.publicRooms(page)
        return { items: rooms, next: nextCursor }
      }),
  )
  const { items: found } = useStore(pages)
  useEffect(() => {
    for (const room of found) chat.places.add(room.chatRoomId, nameOf(room))
    // What was only found is compared with nothing once the list is gone.
    return () => {
      for (const { chatRoomId: id } of found) if (!chat.find({ kind: 'room', id })) chat.places.delete(id)
    }
  }, [chat, found])
  const enter = async ({ chatRoomId }: PublicRoom) => {
    const known = chat.find({ kind: 'room', id: chatRoomId })
    goTo((known ?? (await chat.join(chatRoomId))).route)
    onClose()
  }
  return (
    <>
      <FormError>{error}</FormError>
      <PageList
        label={words.publicRooms}
        pages={pages}
        empty={prefix === '' ? words.noPublicRooms : words.noRoomBegins}
        more={words.moreRooms}
        keyOf={({ chatRoomId }) => chatRoomId}
      >
        {(room) => {
          const isIn = chat.find({ kind: 'room', id: room.chatRoomId }) !== undefined
          const name = nameOf(room)
          const hint = alike.has(room.chatRoomId) ? room.chatRoomId : ''
          const fullName = hint === '' ? name : `${name} (${hint})`
          return (
            <div className="entry">
              <span className="room-icon" aria-hidden="true">
                <GlobeIcon />
              </span>
              <span className="grow">
                <bdi className="entry-title">{name}</bdi>
                {hint !== '' && <small className="hint-inline"> {hint}</small>}
                <span className="hint">
                  {words.memberCount(room.memberCount)}
                  {room.topic !== undefined && (
                    <>
                      {' · '}
                      <bdi>{room.topic}</bdi>
                    </>
                  )}
                </span>
              </span>
              <button
                type="button"
                className="button"
                aria-label={isIn ? words.openRoom(fullName) : words.joinNamed(fullName)}
                disabled={isRunning}
                onClick={() => run(() => enter(room))}
              >
                {isIn ? words.open : words.join}
              </button>
            </div>
          )
        }}
      </PageList>
    </>
  )
}

const nameOf = ({ roomName, chatRoomId }: PublicRoom): string => printableName(roomName) || chatRoomId

/** Returns a text after it hasn't changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
