/** The frame that is looked at, and those that come next. */
import { useEffect, useState } from 'preact/hooks';
import { frame, frameHere, prefetch } from '../canvas/pictures.ts';

export interface Looked {
  /** Null while it is on its way: another frame's picture is never shown for it. */
  readonly picture: ImageBitmap | null;
  readonly error: string | null;
}

/** @param next frames that are likely to be looked at then, the likeliest first */
export function useFrame(clip: string | null, index: number, next: readonly number[]): Looked {
  const key = `${clip}/${index}`;
  const [loaded, setLoaded] = useState<{
    key: string;
    picture: ImageBitmap | null;
    error: string | null;
  } | null>(null);
  useEffect(() => {
    if (clip === null) return;
    let isShown = true;
    frame(clip, index).then(
      (picture) => {
        if (isShown) setLoaded({ key, picture, error: null });
        prefetch(clip, next);
      },
      (error: Error) => isShown && setLoaded({ key, picture: null, error: error.message }),
    );
    return () => {
      isShown = false;
    };
  }, [key]);
  // What is here already is shown with the boxes of its frame, not one rendering later.
  const here = clip === null ? undefined : frameHere(clip, index);
  if (here) return { picture: here, error: null };
  return loaded?.key === key ? loaded : { picture: null, error: null };
}
