namespace Spa.Engine.Text;

/// <summary>
/// What one rendering may use. Templates come with models and are hostile input: each bound turns a runaway template into a
/// <see cref="TemplateException"/> of kind <see cref="TemplateErrorKind.LimitExceeded"/>.
/// </summary>
public sealed record TemplateLimits
{
    public static TemplateLimits Default { get; } = new();

    /// <summary>Statements, expressions, loop rounds, elements touched and sixteenths of characters made. About a second's worth.</summary>
    public long MaxWork { get; init; } = 20_000_000;

    /// <summary>UTF-16 units of the text and of any single string that the template builds. A million tokens of English are about half of it.</summary>
    public int MaxTextLength { get; init; } = 8 << 20;

    /// <summary>Bytes that the rendering allocates from start to end; what it holds at any one time is less.</summary>
    public long MaxAllocation { get; init; } = 512 << 20;

    /// <summary>Macros, call blocks and recursive loops that may be open at once. The reference gives up near 180.</summary>
    public int MaxCallDepth { get; init; } = 200;

    /// <summary>Size of the largest integer.</summary>
    public int MaxIntegerBits { get; init; } = 1 << 16;
}
