"""Telling whose minutes of attendance stayed as a hand entered them."""

from collections.abc import Collection

from flask import flash

from lms.cohorts.queries import participant_names


def flash_kept(kept: Collection[int]) -> None:
    """Name the participants whose minutes were not calculated anew; who withdrew is named, too."""
    if kept:
        people = "、".join(f"{name}さん" for _, name in sorted(participant_names(kept).items()))
        flash(f"手で入力した出席時間は、そのままにしました: {people}。変えるときは、出席の画面で訂正してください。", "warning")
