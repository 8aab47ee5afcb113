/** A condition as groups and rows that can be changed, moved, turned round and taken out. */
import { GripVertical, Group as GroupIcon, X } from "lucide-react";
import { Fragment, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import {
  at,
  converted,
  group as grouped,
  insert,
  move,
  moveIn,
  moveOut,
  negate,
  type Part,
  type Path,
  partsOf,
  pathText,
  remove,
  scopeOf,
  shift,
  type Vocabulary,
  withAt,
} from "../lib/conditions";
import { useText } from "../messages";
import { Text } from "../ui/parts";
import { AddMenu } from "./add";
import { allowed, type Building, BuildingProvider, useBuilding } from "./context";
import { Fields } from "./fields";

export function TreeBuilder({
  tree,
  vocabulary,
  wrong = null,
  stale = false,
  aboutEvent = false,
  known,
  onChange,
}: {
  tree: Part | null;
  vocabulary: Vocabulary;
  wrong?: Building["wrong"];
  /** It is not what the text beside it says. */
  stale?: boolean;
  aboutEvent?: boolean;
  /** Names to choose from, by what a field holds. */
  known: Record<string, readonly string[]>;
  onChange: (tree: Part | null, about?: string) => void;
}) {
  const { t } = useText();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [dragging, setDragging] = useState<Path | null>(null);
  const [said, setSaid] = useState("");
  const focus = useFocusAfter(box, tree);
  const names = Object.fromEntries(Object.keys(known).map((it) => [it, `${id}${it}`]));
  const building: Building = {
    vocabulary,
    tree: tree ?? { kind: "all", parts: [] },
    aboutEvent,
    wrong,
    names,
    set: (path, value) => tree && onChange(withAt(tree, path, value), pathText(path)),
    apply: (next, words, to) => {
      if (to) focus(to);
      setSaid(words);
      onChange(next);
    },
    dragging,
    setDragging,
  };
  const add = (part: Part) => building.apply(part, t.builder.added, { path: [], on: "field" });
  return (
    <BuildingProvider value={building}>
      <div ref={box} className={stale ? "builder is-old" : "builder"}>
        <p className="hidden" role="status">
          {said}
        </p>
        {tree ? (
          <PartView part={tree} path={[]} />
        ) : (
          <div className="build-empty">
            <p className="empty-title">{t.builder.nothing}</p>
            <p className="faint">{t.builder.nothingHint}</p>
            <AddMenu label={t.builder.add} path={[]} onAdd={add} />
          </div>
        )}
        {tree && !isGroup(bare(tree)) && (
          <AddMenu
            label={t.builder.add}
            path={[]}
            onAdd={(part) =>
              building.apply(grouped(tree, [], "all", part), t.builder.added, {
                path: ["parts", 1],
                on: "field",
              })
            }
          />
        )}
        {Object.entries(known).map(([holds, values]) => (
          <datalist key={holds} id={names[holds]}>
            {values.map((it) => (
              <option key={it} value={it} />
            ))}
          </datalist>
        ))}
      </div>
    </BuildingProvider>
  );
}

const isGroup = (part: Part) => part.kind === "all" || part.kind === "any";
const bare = (part: Part): Part => (part.kind === "not" ? bare(part.part as Part) : part);

/** Gives the focus to a part as soon as it is drawn where it went. */
function useFocusAfter(box: React.RefObject<HTMLElement | null>, tree: Part | null) {
  const waiting = useRef<{ path: Path; on: "handle" | "field" | "add" } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the tree
  useEffect(() => {
    const it = waiting.current;
    waiting.current = null;
    if (!it) return;
    const wanted = { handle: ".handle", field: "input, select, textarea", add: ".add-button" }[
      it.on
    ];
    const path = pathText(it.path);
    const part = [...(box.current?.querySelectorAll<HTMLElement>("[data-path]") ?? [])].find(
      (each) => each.dataset.path === path,
    );
    const target =
      part?.querySelector<HTMLElement>(wanted) ?? box.current?.querySelector<HTMLElement>(wanted);
    target?.focus();
  }, [tree]);
  return (to: { path: Path; on: "handle" | "field" | "add" }) => {
    waiting.current = to;
  };
}

export function PartView({ part, path }: { part: Part; path: Path }) {
  const negated = part.kind === "not";
  const inside = negated ? (part.part as Part) : part;
  const inner = negated ? [...path, "part"] : path;
  const { wrong } = useBuilding();
  const here = pathText(inner);
  const isWrong =
    wrong !== null &&
    !isGroup(inside) &&
    (wrong.path === here || wrong.path.startsWith(`${here}.`) || here === "");
  return (
    <div className={negated ? "build-part is-not" : "build-part"} data-path={pathText(path)}>
      {isGroup(inside) ? (
        <GroupView group={inside} path={inner} outer={path} negated={negated} />
      ) : (
        <Leaf part={inside} path={inner} outer={path} negated={negated} />
      )}
      {isWrong && (
        <p className="field-error build-wrong" role="alert">
          <Text>{[wrong.message, wrong.hint].filter(Boolean).join(": ")}</Text>
        </p>
      )}
    </div>
  );
}

function Leaf({
  part,
  path,
  outer,
  negated,
}: {
  part: Part;
  path: Path;
  outer: Path;
  negated: boolean;
}) {
  const { t } = useText();
  const { vocabulary, aboutEvent, set } = useBuilding();
  const id = useId();
  const form = vocabulary.conditions.find((it) => it.kind === part.kind);
  const forms = allowed(vocabulary.conditions, path, aboutEvent);
  const all = form && !forms.includes(form) ? [form, ...forms] : forms;
  return (
    <div className="build-row">
      <Handle path={outer} />
      <div className="build-body">
        <div className="build-kind">
          {negated && <span className="build-not">{t.builder.not}</span>}
          <label className="hidden" htmlFor={id}>
            {t.builder.what}
          </label>
          <select
            id={id}
            value={part.kind}
            onChange={(event) => {
              const next = vocabulary.conditions.find((it) => it.kind === event.target.value);
              if (next) set(path, converted(part, next, vocabulary));
            }}
          >
            {all.map((it) => (
              <option key={it.kind} value={it.kind}>
                {t.builder.kinds[it.kind] ?? it.says}
              </option>
            ))}
          </select>
        </div>
        {form && (
          <div className="build-fields">
            <Fields part={part} path={path} forms={form.fields} />
          </div>
        )}
      </div>
      <Tools outer={outer} negated={negated} wrap />
    </div>
  );
}

function GroupView({
  group,
  path,
  outer,
  negated,
}: {
  group: Part;
  path: Path;
  outer: Path;
  negated: boolean;
}) {
  const { t } = useText();
  const { tree, apply, set } = useBuilding();
  const id = useId();
  const parts = partsOf(group);
  return (
    <section className={`build-group is-${group.kind}`} aria-labelledby={id}>
      <div className="build-row build-group-head">
        <Handle path={outer} />
        <div className="build-body build-kind">
          {negated && <span className="build-not">{t.builder.not}</span>}
          <label className="hidden" htmlFor={id}>
            {t.builder.kind}
          </label>
          <select
            id={id}
            value={group.kind}
            onChange={(event) => set([...path, "kind"], event.target.value)}
          >
            <option value="all">{t.builder.all}</option>
            <option value="any">{t.builder.any}</option>
          </select>
        </div>
        <Tools outer={outer} negated={negated} />
      </div>
      <ol className="build-parts">
        {parts.map((part, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is known by its place
          <Fragment key={n}>
            <Drop group={path} place={n} />
            <li>
              <PartView part={part} path={[...path, "parts", n]} />
            </li>
          </Fragment>
        ))}
        <Drop group={path} place={parts.length} />
      </ol>
      <AddMenu
        label={outer.length === 0 ? t.builder.add : t.builder.addTo}
        path={path}
        onAdd={(part) =>
          apply(insert(tree, path, parts.length, part), t.builder.added, {
            path: [...path, "parts", parts.length],
            on: part.kind === "any" ? "add" : "field",
          })
        }
      />
    </section>
  );
}

/** Where a dragged part may be let go. */
function Drop({ group, place }: { group: Path; place: number }) {
  const { dragging, setDragging, tree, apply } = useBuilding();
  const { t, format } = useText();
  const [over, setOver] = useState(false);
  if (dragging === null || scopeOf(dragging) !== scopeOf(group)) return null;
  const drop = () => {
    const after = move(tree, dragging, group, place);
    setDragging(null);
    if (!after) return;
    const of = partsOf(at(tree, group) as Part).length;
    apply(after, t.builder.moved(format.count(place + 1), format.count(of)));
  };
  return (
    <li
      className={over ? "build-drop-here is-over" : "build-drop-here"}
      aria-hidden="true"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        drop();
      }}
    />
  );
}

function Handle({ path }: { path: Path }) {
  const { t, format } = useText();
  const { tree, apply, setDragging } = useBuilding();
  const place = path.at(-1);
  if (typeof place !== "number") return <span className="handle-room" />;
  const of = partsOf(at(tree, path.slice(0, -2)) as Part).length;
  const onKeyDown = (event: KeyboardEvent) => {
    const go = {
      ArrowUp: () => shift(tree, path, -1),
      ArrowDown: () => shift(tree, path, 1),
      ArrowLeft: () => moveOut(tree, path),
      ArrowRight: () => moveIn(tree, path),
    }[event.key];
    if (!go) return;
    event.preventDefault();
    const next = go();
    if (next.tree === tree) return;
    const at_ = next.path.filter((it) => typeof it === "number").at(-1);
    const groupOf = partsOf(at(next.tree, next.path.slice(0, -2)) as Part).length;
    apply(next.tree, t.builder.moved(format.count(Number(at_) + 1), format.count(groupOf)), {
      path: next.path,
      on: "handle",
    });
  };
  return (
    <button
      type="button"
      className="handle"
      draggable
      aria-label={t.builder.move(format.count(place + 1), format.count(of))}
      title={t.builder.move(format.count(place + 1), format.count(of))}
      onKeyDown={onKeyDown}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", pathText(path));
        const row = event.currentTarget.closest<HTMLElement>(".build-part");
        if (row) event.dataTransfer.setDragImage(row, 12, 12);
        // After the picture of the row is taken; what appears meanwhile would end the drag.
        setTimeout(() => setDragging(path), 0);
      }}
      onDragEnd={() => setDragging(null)}
    >
      <GripVertical size={16} strokeWidth={1.75} aria-hidden="true" />
    </button>
  );
}

function Tools({
  outer,
  negated,
  wrap = false,
}: {
  outer: Path;
  negated: boolean;
  wrap?: boolean;
}) {
  const { t } = useText();
  const { tree, apply } = useBuilding();
  const takeOut = () => {
    apply(remove(tree, outer), t.builder.removed, { path: outer.slice(0, -2), on: "add" });
  };
  const putInGroup = () => {
    const part = at(tree, outer);
    apply(withAt(tree, outer, { kind: "any", parts: [part] }), t.builder.added, {
      path: outer,
      on: "add",
    });
  };
  return (
    <div className="build-tools">
      <button
        type="button"
        className="build-tool"
        aria-pressed={negated}
        title={t.builder.notHelp}
        onClick={() => apply(negate(tree, outer), negated ? t.builder.notHelp : t.builder.notOn)}
      >
        {t.builder.not}
      </button>
      {wrap && (
        <button
          type="button"
          className="build-tool"
          aria-label={t.builder.wrap}
          title={t.builder.wrap}
          onClick={putInGroup}
        >
          <GroupIcon size={16} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
      <button
        type="button"
        className="build-tool"
        aria-label={t.builder.remove}
        title={t.builder.remove}
        onClick={takeOut}
      >
        <X size={16} strokeWidth={1.75} aria-hidden="true" />
      </button>
    </div>
  );
}
