"""Words of お支払い."""

from lms.billing.rules import PaymentMethod, PaymentProblem

METHODS = {
    PaymentMethod.BANK: "銀行振込",
    PaymentMethod.CARD: "クレジットカード",
    PaymentMethod.CONVENIENCE: "コンビニ決済",
    PaymentMethod.INVOICE: "請求書払い(企業派遣)",
}

PROBLEMS = {
    PaymentProblem.ALREADY_CONFIRMED: "この受講者の入金は、すでに確認済みです。",
    PaymentProblem.WITHDRAWN: "受講を取り消した方の入金は確認できません。名簿で復帰させてからお試しください。",
    PaymentProblem.INVOICE_WITHOUT_COMPANY: "請求書払いは企業派遣の方に限ります。会社名が登録されていません。",
    PaymentProblem.PAID_IN_FUTURE: "入金日は今日までの日付にしてください。",
    PaymentProblem.AMOUNT_NOT_POSITIVE: "金額は1円以上で入力してください。",
    PaymentProblem.NOT_PAID: "入金を確認してから、案内メールを送ってください。",
}
