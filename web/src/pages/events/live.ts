/** The last events as they arrive: by server-sent events, and by asking again where those do not get through. */
import { useEffect, useRef, useState } from "react";
import { EVENTS_KEPT, lastEvents } from "../../api/client";
import type { ReceivedEvent } from "../../api/types";

export type Mode = "connecting" | "live" | "polling";

/** How often to ask while the stream is down. */
const POLL_EVERY_MS = 3_000;
/** How long to wait before a closed stream is opened again. */
const REOPEN_AFTER_MS = 10_000;
/** Arrivals are shown together this often, so that a busy source does not redraw for each. */
const SHOW_EVERY_MS = 250;

export interface Live {
  mode: Mode;
  loaded: boolean;
  error: Error | null;
  events: readonly ReceivedEvent[];
  paused: boolean;
  /** How many arrived since the list was paused. */
  missed: number;
  setPaused: (paused: boolean) => void;
}

export function useLiveEvents(source: string): Live {
  const [mode, setMode] = useState<Mode>("connecting");
  const [state, setState] = useState<State>(nothing);
  const [paused, setPaused] = useState(false);
  const isPaused = useRef(paused);
  isPaused.current = paused;

  useEffect(() => {
    setState(nothing);
    setMode("connecting");
    const abort = new AbortController();
    let arrived: ReceivedEvent[] = [];
    let stream: EventSource | null = null;
    let reopen: ReturnType<typeof setTimeout> | undefined;
    let poll: ReturnType<typeof setInterval> | undefined;

    const load = () =>
      lastEvents(source, abort.signal).then(
        ({ events }) => {
          arrived = [];
          setState((it) => replaced(it, events, isPaused.current));
        },
        (error: Error) => {
          if (!abort.signal.aborted) setState((it) => ({ ...it, error, loaded: true }));
        },
      );
    const open = () => {
      stream = new EventSource("/api/v1/events/stream");
      stream.onopen = () => {
        setMode("live");
        clearInterval(poll);
        poll = undefined;
        load();
      };
      stream.onmessage = ({ data }) => {
        const event = JSON.parse(data) as ReceivedEvent;
        if (source === "" || event.source === source) arrived.push(event);
      };
      stream.onerror = () => {
        setMode("polling");
        poll ??= setInterval(load, POLL_EVERY_MS);
        if (stream?.readyState === EventSource.CLOSED) {
          clearTimeout(reopen);
          reopen = setTimeout(open, REOPEN_AFTER_MS);
        }
      };
    };
    const show = setInterval(() => {
      if (arrived.length === 0) return;
      const newest = arrived.toReversed();
      arrived = [];
      setState((it) => added(it, newest, isPaused.current));
    }, SHOW_EVERY_MS);

    load();
    open();
    return () => {
      abort.abort();
      stream?.close();
      clearTimeout(reopen);
      clearInterval(poll);
      clearInterval(show);
    };
  }, [source]);

  const change = (pause: boolean) => {
    setPaused(pause);
    if (!pause) setState(released);
  };
  return { mode, paused, setPaused: change, missed: state.waiting.length, ...state };
}

interface State {
  loaded: boolean;
  error: Error | null;
  events: ReceivedEvent[];
  /** Came while paused. */
  waiting: ReceivedEvent[];
}

const nothing: State = { loaded: false, error: null, events: [], waiting: [] };

export function added(state: State, newest: ReceivedEvent[], paused: boolean): State {
  if (paused) return { ...state, waiting: [...newest, ...state.waiting].slice(0, EVENTS_KEPT) };
  return { ...state, events: [...newest, ...state.events].slice(0, EVENTS_KEPT) };
}

/** A whole list from the server; while paused only what is newer than the list waits. */
export function replaced(state: State, events: ReceivedEvent[], paused: boolean): State {
  if (!paused || !state.loaded) return { loaded: true, error: null, events, waiting: [] };
  const newest = state.events[0]?.at ?? "";
  return { ...state, error: null, waiting: events.filter((it) => newest < it.at) };
}

export function released(state: State): State {
  return {
    ...state,
    events: [...state.waiting, ...state.events].slice(0, EVENTS_KEPT),
    waiting: [],
  };
}
