namespace Spa.Engine.Text;

/// <summary>What went wrong in a chat template. Every value but the last is named after the class that the reference implementation raises.</summary>
public enum TemplateErrorKind
{
    /// <summary>The template itself called <c>raise_exception</c>; <see cref="TemplateException.Reason"/> is its message word for word.</summary>
    RaiseException,
    TemplateSyntaxError,
    TemplateAssertionError,
    TemplateRuntimeError,
    UndefinedError,
    SecurityError,
    FilterArgumentError,
    SyntaxError,
    TypeError,
    ValueError,
    AttributeError,
    KeyError,
    IndexError,
    ZeroDivisionError,
    OverflowError,
    RecursionError,
    AssertionError,
    UnicodeError,

    /// <summary>The template asked for more work, memory or digits than <see cref="TemplateLimits"/> allows.</summary>
    LimitExceeded,
}
