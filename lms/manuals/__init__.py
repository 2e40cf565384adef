"""自社カスハラ対策マニュアル: what a participant wrote in the worksheets as one document, to take away or show a colleague."""
