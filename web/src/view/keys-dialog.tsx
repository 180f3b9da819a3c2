import { words } from '../language/words.ts'
import { Dialog } from './dialog.tsx'

function groups() {
  const { keys } = words
  return [
    {
      title: keys.anywhere,
      keys: [
        ['Ctrl K', keys.goTo],
        ['Ctrl F', keys.search],
        ['Alt ↑ / Alt ↓', keys.neighbour],
        [`? ${keys.or} Ctrl /`, keys.these],
      ],
    },
    {
      title: keys.writing,
      keys: [
        ['Enter', keys.send],
        ['Shift Enter', keys.newLine],
        ['@', keys.mention],
        [':', keys.emoji],
        ['↑', keys.editLast],
        ['Esc', keys.leave],
      ],
    },
    {
      title: keys.messages,
      keys: [
        ['Enter', keys.lastMenu],
        ['↑ / ↓', keys.nextMenu],
        ['← / →', keys.pictures],
        ['Esc', keys.closeAny],
      ],
    },
  ]
}

/** What the keyboard does. */
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
