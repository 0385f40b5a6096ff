namespace Spa.Engine.Text.Tokenization;

/// <summary>The post-processors by their names in tokenizer.json.</summary>
internal static class PostProcessorReader
{
    public static IPostProcessor Read(JsonCursor json) => json.Type() switch
    {
        SequencePostProcessor.TypeName => new SequencePostProcessor([.. json.Require("processors").Items().Select(Read)]),
        ByteLevelOptions.TypeName => new ByteLevelPostProcessor(ByteLevelOptions.Read(json)),
        TemplatePostProcessor.TypeName => TemplatePostProcessor.Read(json),
        EnclosingPostProcessor.BertTypeName or EnclosingPostProcessor.RobertaTypeName => EnclosingPostProcessor.Read(json),
        string type => throw json.Unsupported("post-processor", type),
    };
}
