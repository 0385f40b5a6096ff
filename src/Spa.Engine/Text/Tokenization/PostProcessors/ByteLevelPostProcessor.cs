using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary><c>ByteLevel</c> as a post-processor trims offsets, which this engine does not keep; ids stay as they are.</summary>
internal sealed class ByteLevelPostProcessor(ByteLevelOptions options) : IPostProcessor
{
    public IEnumerable<int> AddedIds => [];

    public List<int> Process(List<int> ids) => ids;

    public void Write(Utf8JsonWriter json) => options.Write(json);
}
