import type { UploadItem, Uploads } from '../state/uploads.ts'
import { fileSize } from '../text/file-size.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { useChat } from './use-chat.ts'
import { CloseIcon, FileIcon, RetryIcon } from './icons.tsx'
import { useStore } from './use-store.ts'

/** The uploads of a conversation, with their progress. */
export function UploadTray({ uploads }: { uploads: Uploads }) {
  const items = useStore(uploads)
  if (items.length === 0) return null
  return (
    <ul className="uploads" aria-label="Uploads">
      {items.map((item) => (
        <li key={item.id} className={`upload ${hasEnded(item) ? 'has-failed' : ''}`}>
          <span className="file-icon">
            <FileIcon />
          </span>
          <div className="upload-about">
            <span className="file-name ellipsis" dir="auto">
              {item.name}
            </span>
            <Progress item={item} />
          </div>
          {item.state === 'failed' && (
            <button
              type="button"
              className="icon-button"
              aria-label={`Try ${item.name} again`}
              title="Try again"
              onClick={() => uploads.retry(item.id)}
            >
              <RetryIcon />
            </button>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label={hasEnded(item) ? `Remove ${item.name}` : `Cancel ${item.name}`}
            title={hasEnded(item) ? 'Remove' : 'Cancel'}
            onClick={() => uploads.cancel(item.id)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  )
}

const hasEnded = ({ state }: UploadItem): boolean => state === 'failed' || state === 'refused'

function Progress({ item }: { item: UploadItem }) {
  const { name, size, fraction, state, error } = item
  const { status } = useStore(useChat().connection)
  if (state === 'failed' || state === 'refused') {
    return (
      <span className="upload-error" role="alert">
        {errorSentence(error)}
      </span>
    )
  }
  const percent = Math.round(fraction * 100)
  const words = {
    waiting: 'waiting',
    sending: fraction === 0 && status !== 'connected' ? 'waiting' : `${percent} %`,
    checking: 'almost there',
  }
  return (
    <>
      <progress aria-label={name} max={100} value={percent} />
      <span className="file-detail">
        {fileSize(size)} · {words[state]}
      </span>
    </>
  )
}
