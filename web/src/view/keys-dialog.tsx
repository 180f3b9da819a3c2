import { words } from '../language/words.ts'
import { Dialog } from './dialog.tsx'

function groups() {
  const { keys, keyNames } = words
  const { ctrl, shift, enter, esc } = keyNames
  return [
    {
      title: keys.anywhere,
      keys: [
        [`${ctrl} K`, keys.goTo],
        [`${ctrl} F`, keys.search],
        ['Alt ↑ / Alt ↓', keys.neighbour],
        [`? ${keys.or} ${ctrl} /`, keys.these],
      ],
    },
    {
      title: keys.writing,
      keys: [
        [enter, keys.send],
        [`${shift} ${enter}`, keys.newLine],
        ['@', keys.mention],
        [':', keys.emoji],
        ['↑', keys.editLast],
        [esc, keys.leave],
      ],
    },
    {
      title: keys.messages,
      keys: [
        [enter, keys.lastMenu],
        ['↑ / ↓', keys.nextMenu],
        ['← / →', keys.pictures],
        [esc, keys.closeAny],
      ],
    },
  ]
}

/** A dialog that lists the keyboard shortcuts. */
export const KeysDialog = ({ onClose }: { onClose: () => void }) => (
  <Dialog title={words.keyboard} onClose={onClose}>
    {groups().map(({ title, keys }) => (
      <section key={title} aria-label={title}>
        <h3 className="list-title">{title}</h3>
        <dl className="keys">
          {keys.map(([key, meaning]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    ))}
  </Dialog>
)
