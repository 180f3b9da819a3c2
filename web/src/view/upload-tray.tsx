import { words } from '../language/words.ts'
import type { UploadItem, Uploads } from '../state/uploads.ts'
import { FileName } from './file-name.tsx'
import { fileSize } from '../text/file-size.ts'
import { errorSentence } from '../text/error-sentence.ts'
import { BackIcon, CloseIcon, RetryIcon } from './icons.tsx'
import { KindIcon } from './kind-icon.tsx'
import { useConnection, useStore } from '../../../client/react/index.ts'

/** The uploads of a conversation, with their progress. */
export function UploadTray({ uploads }: { uploads: Uploads }) {
  const items = useStore(uploads)
  if (items.length === 0) return null
  return (
    <ul className="uploads" aria-label={words.uploads}>
      {items.map((item, index) => (
        <li key={item.id} className={`upload ${hasEnded(item) ? 'has-failed' : ''}`}>
          <Look item={item} />
          <div className="upload-about">
            <FileName name={item.name} />
            <Progress item={item} />
            {item.preview !== undefined && isSound(item) && (
              <audio controls src={item.preview} aria-label={words.media.listenTo(item.name)} />
            )}
          </div>
          {isStaged(item) && isStaged(items[index - 1]) && (
            <button
              type="button"
              className="icon-button"
              aria-label={words.media.moveBefore(item.name, items[index - 1]!.name)}
              title={words.media.moveEarlier}
              onClick={() => uploads.moveEarlier(item.id)}
            >
              <BackIcon />
            </button>
          )}
          {item.state === 'failed' && (
            <button
              type="button"
              className="icon-button"
              aria-label={words.tryFileAgain(item.name)}
              title={words.tryAgain}
              onClick={() => uploads.retry(item.id)}
            >
              <RetryIcon />
            </button>
          )}
          <button
            type="button"
            className="icon-button"
            aria-label={isAtRest(item) ? words.removeFile(item.name) : words.cancelFile(item.name)}
            title={isAtRest(item) ? words.remove : words.cancel}
            onClick={() => uploads.cancel(item.id)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  )
}

const isStaged = (item: UploadItem | undefined): boolean => item?.state === 'staged'

const isSound = ({ type }: UploadItem): boolean => type.startsWith('audio/')

const Look = ({ item }: { item: UploadItem }) =>
  item.preview === undefined || isSound(item) ? (
    <KindIcon contentType={item.type} />
  ) : (
    <img className="upload-preview" src={item.preview} alt="" />
  )

const hasEnded = ({ state }: UploadItem): boolean => state === 'failed' || state === 'refused'

/** Whether the upload of the file is not under way. */
const isAtRest = (item: UploadItem): boolean => hasEnded(item) || isStaged(item)

function Progress({ item }: { item: UploadItem }) {
  const { name, size, fraction, state, error } = item
  const { status } = useConnection()
  if (state === 'failed' || state === 'refused') {
    return (
      <span className="upload-error" role="alert">
        {errorSentence(error)}
      </span>
    )
  }
  if (state === 'staged')
    return (
      <span className="file-detail">
        {fileSize(size)} · {words.notSentYet}
      </span>
    )
  const percent = Math.round(fraction * 100)
  const progress = {
    waiting: words.waiting,
    sending: fraction === 0 && status !== 'connected' ? words.waiting : words.percent(percent),
    checking: words.almostThere,
  }
  return (
    <>
      <progress aria-label={name} max={100} value={percent} />
      <span className="file-detail">
        {fileSize(size)} · {progress[state]}
      </span>
    </>
  )
}
