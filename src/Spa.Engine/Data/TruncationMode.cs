namespace Spa.Engine.Data;

/// <summary>Which end of a sequence gives way when it is longer than <c>max_length</c>.</summary>
public enum TruncationMode
{
    /// <summary>The first tokens stay: the response's end is cut. A row whose prompt alone fills the length is left out, as in TRL.</summary>
    KeepStart,

    /// <summary>The last tokens stay: the prompt's beginning is cut first, and the response's end only once one prompt token is left.</summary>
    KeepEnd,
}
