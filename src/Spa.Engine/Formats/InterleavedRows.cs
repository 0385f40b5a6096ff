namespace Spa.Engine.Formats;

/// <summary>
/// Rows of a query or key projection as llama's GGUF files store them. Hugging Face rotates dimension j of a head together with
/// j + D/2, llama.cpp dimension 2j with 2j + 1; its converter therefore moved row t * D/2 + j of each head to 2j + t (t = 0, 1).
/// </summary>
/// <param name="First">First row, in Hugging Face's order.</param>
/// <param name="Count">Rows.</param>
/// <param name="Columns">Elements of a row.</param>
/// <param name="Head">D, rows of a head; even.</param>
internal readonly record struct InterleavedRows(long First, long Count, long Columns, int Head)
{
    /// <summary>Where the file keeps row <paramref name="row"/>.</summary>
    public static long Stored(long row, int head)
    {
        (long start, int within, int half) = (row / head * head, (int)(row % head), head / 2);
        return start + 2 * (within % half) + within / half;
    }
}
