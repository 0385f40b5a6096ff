namespace Spa.Engine.Text.Templates;

internal enum CompareOperator
{
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
}
