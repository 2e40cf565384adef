"""Reading certificate.yaml and certificates/validity.yaml: wording, completion rule, validity as the association has them."""

import functools
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from certificates.record import DEFAULT_TEMPLATE, CertificateRecord
from lms.certification.rules.completion import CompletionRule, Requirement
from lms.certification.rules.validity import MAX_YEARS, ValidityRule
from lms.config import CertificateSettings

FILE_NAME = "certificate.yaml"
TEMPLATES_FOLDER = Path("certificates", "templates")
"""Where the designs of the certificate lie in the content folder."""
VALIDITY_FILE = "certificates/validity.yaml"
_PUNCTUATION = "、。，．,."

Model = TypeVar("Model", bound=BaseModel)
Text = Annotated[str, Field(min_length=1, max_length=120)]


class CertificateContentError(ValueError):
    """The file cannot be used; `problems` are sentences in Japanese, one for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


class CertificateContent(BaseModel):
    """The wording of the certificate, and what must be there before it is issued."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    is_qualification_confirmed: bool
    template: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")] = DEFAULT_TEMPLATE
    body_lines: list[Text] = Field(min_length=1, max_length=6)
    requirements: list[str] = Field(min_length=1)

    @field_validator("requirements")
    @classmethod
    def _only_known_requirements(cls, names: list[str]) -> list[str]:
        known = {requirement.value for requirement in Requirement}
        if unknown := [name for name in names if name not in known]:
            raise ValueError(f"知らない条件です: {'、'.join(unknown)}")
        if len(set(names)) != len(names):
            raise ValueError("同じ条件が2回書かれています")
        return names

    @field_validator("body_lines")
    @classmethod
    def _without_punctuation(cls, lines: list[str]) -> list[str]:
        for line in lines:
            if any(mark in line for mark in _PUNCTUATION):
                raise ValueError(f"主文には句読点を付けません: {line}")
            try:
                line.format(course_title="", qualification="")
            except (KeyError, IndexError, ValueError) as error:
                raise ValueError(f"置き換えられるのは {{course_title}} と {{qualification}} だけです: {line}") from error
        return lines

    def rule(self, attendance_percent: int) -> CompletionRule:
        """修了要件, with the percentage of each day that the course asks for."""
        return CompletionRule(tuple(Requirement(name) for name in self.requirements), attendance_percent)

    def qualification(self, settings: CertificateSettings) -> str:
        """The name of the qualification as it is printed: in 【】 while it is only a proposal."""
        return settings.qualification if self.is_qualification_confirmed else f"【{settings.qualification}】"


class ValidityContent(BaseModel):
    """How long a certificate is good, when its end is announced, what a renewal asks for, what a reissue costs."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    years: int | None = Field(ge=1, le=MAX_YEARS)
    remind_days_before: list[Annotated[int, Field(ge=1, le=365)]] = Field(max_length=6)
    renewal_conditions: list[Text] = Field(max_length=12)
    reissue_fee: Annotated[str, Field(min_length=1, max_length=300)]

    @field_validator("remind_days_before", "renewal_conditions")
    @classmethod
    def _each_once(cls, values: list[Any]) -> list[Any]:
        if len(set(values)) != len(values):
            raise ValueError("同じものが2回書かれています")
        return values

    @model_validator(mode="after")
    def _an_end_asks_for_conditions(self) -> Self:
        if self.years is not None and not self.renewal_conditions:
            raise ValueError("有効期限を付けるときは、更新の条件(renewal_conditions)を1つ以上書いてください")
        return self


def read_certificate_content(content: Path) -> CertificateContent:
    """The content of certificate.yaml in a content folder.

    Raises CertificateContentError with every problem as a Japanese sentence.
    """
    return _read(content, FILE_NAME, CertificateContent)


def read_validity(content: Path) -> ValidityRule:
    """The rule of certificates/validity.yaml in a content folder.

    Raises CertificateContentError with every problem as a Japanese sentence.
    """
    read = _read(content, VALIDITY_FILE, ValidityContent)
    return ValidityRule(read.years, tuple(read.remind_days_before), tuple(read.renewal_conditions), read.reissue_fee)


@functools.lru_cache(maxsize=8)
def validity_rule(content: Path) -> ValidityRule:
    """The rule as read when the process first asked; a changed file counts from the next start."""
    return read_validity(content)


@functools.lru_cache(maxsize=8)
def certificate_content(content: Path) -> CertificateContent:
    """The content as read when the process first asked; a changed file counts from the next start."""
    return read_certificate_content(content)


def write_record(
    content: CertificateContent,
    settings: CertificateSettings,
    *,
    course_title: str,
    holder_name: str,
    cohort_label: str,
    issued_on: date,
    number: str,
    verify_url: str,
    verify_code: str,
    is_sample: bool,
    expires_on: date | None = None,
) -> CertificateRecord:
    """The record of a new certificate; the name stays exactly as it was typed."""
    words = {"course_title": course_title, "qualification": content.qualification(settings)}
    return CertificateRecord(
        number=number,
        holder_name=holder_name,
        course_title=course_title,
        qualification=words["qualification"],
        body_lines=tuple(line.format(**words) for line in content.body_lines),
        cohort_label=cohort_label,
        issued_on=issued_on,
        association=settings.association,
        signatory_title=settings.signatory_title,
        signatory_name=settings.signatory_name,
        verify_url=verify_url,
        verify_code=verify_code,
        is_sample=is_sample,
        honorific=settings.honorific,
        template=content.template,
        expires_on=expires_on,
    )


def _read(content: Path, name: str, model: type[Model]) -> Model:
    try:
        plain = YAML(typ="safe", pure=True).load((content / name).read_text(encoding="utf-8"))
        return model.model_validate(plain)
    except (OSError, UnicodeDecodeError) as error:
        raise CertificateContentError((f"{name} を読めません。",)) from error
    except YAMLError as error:
        raise CertificateContentError((f"{name} はYAMLとして読めません: {error}",)) from error
    except ValidationError as error:
        raise CertificateContentError(tuple(_sentence(name, dict(problem)) for problem in error.errors())) from error


def _sentence(name: str, problem: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"]) or "全体"
    return f"{name} の {where}: {_explanation(problem)}"


def _explanation(problem: dict[str, Any]) -> str:
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    known = {"missing": "必要な項目がありません", "extra_forbidden": "知らない項目です"}
    return known.get(problem["type"], "値の形が正しくありません")
