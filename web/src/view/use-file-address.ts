import { useEffect, useMemo, useRef, useState } from 'react'
import type { MessageEvent } from '../../../client/index.ts'
import type { Conversation } from '../state/conversation.ts'
import { FileAddress } from '../state/file-address.ts'
import { useChat } from './use-chat.ts'

/** Returns the address of a message's file, which can be renewed. */
export const useFileAddress = (
  conversation: Conversation,
  messageId: string,
  file: NonNullable<MessageEvent['file']>,
): FileAddress =>
  useMemo(
    () =>
      FileAddress.of(file, () => {
        const { room } = conversation
        return room ? room.fileUrl(messageId) : Promise.reject(new Error('unable to open the file; it has no room'))
      }),
    [conversation, messageId, file],
  )

/**
 * Returns the address of a file that is shown. Renews an expired address at once, and one that doesn't work a single
 * time, because the clocks of the server, the device and the bucket may differ.
 */
export function useShownFile(address: FileAddress, onBroken: () => void) {
  const { client } = useChat()
  // Two addresses from the same second are equal. The number of the attempt makes the browser try again.
  const [{ src, attempt }, setState] = useState(() => ({ src: address.current(client.serverNow), attempt: 0 }))
  const isRenewed = useRef(false)
  const renew = () => {
    if (isRenewed.current) return onBroken()
    isRenewed.current = true
    address.renew().then((url) => setState({ src: url, attempt: attempt + 1 }), onBroken)
  }
  const worked = () => {
    isRenewed.current = false
  }
  const isMissing = src === undefined
  useEffect(() => {
    if (isMissing) renew()
    // The address is requested once.
  }, [isMissing])
  return { src, attempt, renew, worked }
}
